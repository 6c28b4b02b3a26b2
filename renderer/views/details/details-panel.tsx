import type { KubeObject } from '../../../shared/api/object.ts'
import type { ClusterSummary } from '../../../shared/ipc/contract.ts'
import { useActions } from '../../app/actions-context.ts'
import { useLiveList, useText, useView } from '../../app/hooks.ts'
import { objectActions } from '../../app/object-actions.ts'
import { useServices } from '../../app/services.ts'
import { clusterCan } from '../../stores/clusters.ts'
import type { DetailsTab } from '../../stores/view-state.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import type { KindView } from '../kind-view.ts'
import { ObjectEvents } from './object-events.tsx'
import { ObjectOverview } from './object-overview.tsx'
import { YamlView } from './yaml-view.tsx'

const tabs: readonly DetailsTab[] = ['overview', 'events', 'yaml']

/** One object, live: what it is, what happened to it, and its YAML. */
export function DetailsPanel(props: { cluster: ClusterSummary; kind: KindView; objectKey: string }) {
  const { cluster, kind, objectKey } = props
  const { view } = useServices()
  const text = useText()
  const list = useLiveList(cluster.name, kind.ref)
  const object = list.objects.get(objectKey)
  const { tab } = useView()
  return (
    <aside className="details" aria-label={text.details.label}>
      <header className="details-head">
        <div className="details-title">
          <span className="faint">{kind.ref.kind}</span>
          <button
            type="button"
            className="icon-button"
            aria-label={text.details.close}
            title={`${text.details.close} (Esc)`}
            onClick={() => view.go({ selected: undefined, tab: 'overview' })}
          >
            <Icon name="close" />
          </button>
        </div>
        <h2 title={objectKey}>{object?.metadata.name ?? objectKey.split('/').at(-1)}</h2>
        {object === undefined ? null : <HeadLine kind={kind} object={object} />}
        {object === undefined ? null : <ObjectButtons cluster={cluster} kind={kind} object={object} />}
        <div role="tablist" className="tabs" aria-label={text.details.label}>
          {tabs.map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              id={`tab-${one}`}
              aria-controls="details-body"
              aria-selected={one === tab}
              onClick={() => view.adjust({ tab: one })}
            >
              {text.details.tabs[one]}
            </button>
          ))}
        </div>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <div id="details-body" className="details-body" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
        {object === undefined ? (
          list.phase === 'live' ? (
            <EmptyState title={text.details.gone} />
          ) : null
        ) : tab === 'yaml' ? (
          <YamlView object={object} />
        ) : tab === 'events' ? (
          <ObjectEvents cluster={cluster.name} object={object} />
        ) : (
          <ObjectOverview cluster={cluster} kind={kind} object={object} />
        )}
      </div>
    </aside>
  )
}

function HeadLine({ kind, object }: { kind: KindView; object: KubeObject }) {
  const state = kind.state?.(object)
  const { namespace } = object.metadata
  return (
    <div className="details-line">
      {state === undefined ? null : <StateMark state={state} />}
      {namespace ? <span className="faint">{namespace}</span> : null}
    </div>
  )
}

function ObjectButtons({ cluster, kind, object }: { cluster: ClusterSummary; kind: KindView; object: KubeObject }) {
  const text = useText()
  const target = { cluster: cluster.name, canChange: clusterCan.change(cluster), kind, object }
  const buttons = objectActions(target, useActions(), text)
  return (
    <div className="details-actions">
      {buttons.map(({ id, label, icon, key, disabled, danger, run }) => (
        <button
          key={id}
          type="button"
          className={danger ? 'plain danger' : 'plain'}
          disabled={disabled}
          aria-keyshortcuts={key}
          onClick={run}
        >
          <Icon name={icon} /> {label} {key === undefined ? null : <KeyHint name={key} />}
        </button>
      ))}
    </div>
  )
}

/** Only for the eye: the button's own `aria-keyshortcuts` says it to a screen reader. */
function KeyHint({ name }: { name: string }) {
  return (
    <span aria-hidden="true">
      <kbd>{name}</kbd>
    </span>
  )
}
