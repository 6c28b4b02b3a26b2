import { objectKey } from '../../../shared/api/object.ts'
import type { Pod } from '../../../shared/api/types/core-v1.ts'
import { useText } from '../../app/hooks.ts'
import { useUsage } from '../../app/usage-hooks.ts'
import { ObjectLink } from '../../ui/cell-view.tsx'
import { UseBar } from '../../ui/use-view.tsx'
import { topPods } from '../usage/top-pods.ts'
import { topText } from '../usage/usage-text.ts'

const SHOWN = 6

/** The pods that take the most now, by processor and by memory. */
export function TopPodsPane({ cluster, pods }: { cluster: string; pods: readonly Pod[] }) {
  const text = useText()
  const usage = useUsage(cluster, (now) => now)
  return (
    <section className="pane" aria-label={text.usage.top}>
      <h2>{text.usage.top}</h2>
      {usage.at === undefined ? <p className="faint">{text.usage.waiting}</p> : null}
      <div className="top-pods">
        {(['cpu', 'memory'] as const).map((resource) => {
          const top = topPods(pods, usage, resource, SHOWN)
          const most = top[0]?.used || 1
          return top.length === 0 ? null : (
            <div key={resource} className="top-list">
              <h3>{text.columns[resource]}</h3>
              <ul>
                {top.map(({ pod, used }) => (
                  <li key={pod.metadata.uid}>
                    <ObjectLink section="pods" objectKey={objectKey(pod)} text={pod.metadata.name ?? ''} />
                    <span className="top-figure">
                      {topText(resource, used)}
                      <UseBar share={used / most} scarce={false} />
                    </span>
                  </li>
                ))}
              </ul>
            </div>
          )
        })}
      </div>
    </section>
  )
}
