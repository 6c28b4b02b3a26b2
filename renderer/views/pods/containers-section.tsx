import { parseTimestamp } from '../../../shared/api/timestamp.ts'
import type { Container, ContainerStatus, Pod } from '../../../shared/api/types/core-v1.ts'
import { useActions } from '../../app/actions-context.ts'
import { useText } from '../../app/hooks.ts'
import { Age } from '../../ui/age.tsx'
import { Icon } from '../../ui/icon.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { containerState, lastEnd } from './container-state.ts'
import { podCan } from './pod-state.ts'

/** The containers of a pod, each with its own log and shell. */
export function ContainersSection({ cluster, pod }: { cluster: string; pod: Pod }) {
  const text = useText()
  const { spec, status } = pod
  const groups = [
    [text.details.containers, spec?.containers, status?.containerStatuses],
    [text.details.initContainers, spec?.initContainers, status?.initContainerStatuses],
    [text.details.ephemeralContainers, spec?.ephemeralContainers, status?.ephemeralContainerStatuses],
  ] as const
  return groups.map(([title, containers = [], statuses = []]) =>
    containers.length === 0 ? null : (
      <section key={title} className="section">
        <h3>{title}</h3>
        {containers.map((container) => (
          <ContainerCard
            key={container.name}
            cluster={cluster}
            pod={pod}
            container={container}
            status={statuses.find(({ name }) => name === container.name)}
          />
        ))}
      </section>
    ),
  )
}

interface CardProps {
  readonly cluster: string
  readonly pod: Pod
  readonly container: Pick<Container, 'name' | 'image' | 'ports' | 'resources' | 'volumeMounts'>
  readonly status: ContainerStatus | undefined
}

function ContainerCard({ cluster, pod, container, status }: CardProps) {
  const text = useText()
  const actions = useActions()
  const runs = status?.state?.running !== undefined
  const last = lastEnd(status)
  const { ports = [], resources, volumeMounts = [] } = container
  const rows: [string, string][] = [
    [text.details.image, container.image ?? ''],
    [
      text.details.ports,
      ports
        .map(({ containerPort, name, protocol }) => `${containerPort}/${protocol ?? 'TCP'}${name ? ` ${name}` : ''}`)
        .join(', '),
    ],
    [text.details.requests, amounts(resources?.requests)],
    [text.details.limits, amounts(resources?.limits)],
    [text.details.mounts, volumeMounts.map(({ mountPath }) => mountPath).join(', ')],
  ]
  return (
    <div className="card">
      <div className="card-head">
        <strong>{container.name}</strong>
        <StateMark state={containerState(status)} />
        <span className="card-space" />
        <button
          type="button"
          className="icon-button"
          title={text.actions.logs}
          aria-label={`${text.actions.logs}: ${container.name}`}
          disabled={status?.containerID === undefined}
          onClick={() => actions.openLogs(cluster, pod, container.name)}
        >
          <Icon name="logs" />
        </button>
        <button
          type="button"
          className="icon-button"
          title={text.actions.shell}
          aria-label={`${text.actions.shell}: ${container.name}`}
          disabled={!runs || !podCan.exec(pod)}
          onClick={() => actions.openTerminal(cluster, pod, container.name)}
        >
          <Icon name="shell" />
        </button>
      </div>
      {status?.state?.waiting?.message ? <p className="card-message">{status.state.waiting.message}</p> : null}
      <dl className="facts">
        {rows
          .filter(([, value]) => value !== '')
          .map(([label, value]) => (
            <div key={label} className="fact">
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        {last === undefined ? null : (
          <div className="fact">
            <dt>{text.details.lastState}</dt>
            <dd>
              {last.reason} · {text.details.exitCode(last.exitCode)} · <Age since={parseTimestamp(last.finishedAt)} /> ·{' '}
              {text.details.restarts(status?.restartCount ?? 0)}
            </dd>
          </div>
        )}
      </dl>
    </div>
  )
}

function amounts(list: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(list ?? {})
    .map(([name, amount]) => `${name} ${amount}`)
    .join(', ')
}
