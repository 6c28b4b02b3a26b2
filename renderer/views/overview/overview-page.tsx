import { useMemo } from 'react'
import { resources } from '../../../shared/api/resources.ts'
import type { ClusterSummary } from '../../../shared/ipc/contract.ts'
import { useLiveList, useText } from '../../app/hooks.ts'
import { useServices } from '../../app/services.ts'
import { Age } from '../../ui/age.tsx'
import { CellView, ObjectLink } from '../../ui/cell-view.tsx'
import { Mark, StateMark } from '../../ui/state-mark.tsx'
import { deploymentsView } from '../deployments/deployments-view.ts'
import { lastSeen } from '../events/events-view.ts'
import type { KindView } from '../kind-view.ts'
import { requestsByNode } from '../nodes/node-requests.ts'
import { nodesView } from '../nodes/nodes-view.ts'
import type { Tone } from '../object-state.ts'
import { podsView } from '../pods/pods-view.ts'
import { laptopAddresses, speaksHttp } from '../services/laptop-addresses.ts'
import { type Attention, countTones, needsAttention, type ToneCounts, worstFirst } from './cluster-health.ts'
import { ClusterUse } from './cluster-use.tsx'
import { NodeRequests } from './node-requests.tsx'
import { TopPodsPane } from './top-pods-pane.tsx'

const SHOWN = 8
const LINKS = 12

/** The cluster at a glance: what runs, what needs a look, and where to open it. */
export function OverviewPage({ cluster }: { cluster: ClusterSummary }) {
  const text = useText()
  const pods = useLiveList(cluster.name, resources.pods)
  const deployments = useLiveList(cluster.name, resources.deployments)
  const nodes = useLiveList(cluster.name, resources.nodes)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the map is changed in place, its version tells when
  const allPods = useMemo(() => [...pods.objects.values()], [pods.objects, pods.version])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the map is changed in place, its version tells when
  const allNodes = useMemo(() => [...nodes.objects.values()], [nodes.objects, nodes.version])
  const requests = useMemo(() => requestsByNode(allPods), [allPods])
  const counts = [
    { kind: podsView, counts: countTones(podsView, pods.objects.values()) },
    { kind: deploymentsView, counts: countTones(deploymentsView, deployments.objects.values()) },
    { kind: nodesView, counts: countTones(nodesView, nodes.objects.values()) },
  ]
  const attention = worstFirst([
    ...needsAttention(nodesView, nodes.objects.values()),
    ...needsAttention(deploymentsView, deployments.objects.values()),
    ...needsAttention(podsView, pods.objects.values()),
  ])
  const settling = counts.some((one) => one.counts.progress > 0)
  const tone: Tone = attention.some(({ state }) => state.tone === 'bad')
    ? 'bad'
    : attention.length > 0
      ? 'warning'
      : settling
        ? 'progress'
        : 'good'
  return (
    <div className="overview">
      <header className="overview-head">
        <h1>{cluster.name}</h1>
        <span className={`state large ${tone}`}>
          <Mark tone={tone} />
          <span className="word">
            {tone === 'good'
              ? text.overview.allWell
              : tone === 'progress'
                ? text.overview.working
                : text.overview.trouble(attention.length)}
          </span>
        </span>
      </header>
      <div className="tiles">
        {counts.map(({ kind, counts: tones }) => (
          <CountTile key={kind.id} kind={kind} counts={tones} />
        ))}
        <ContextTile cluster={cluster} />
      </div>
      <div className="panes">
        <AttentionPane attention={attention} />
        <TopPodsPane cluster={cluster.name} pods={allPods} />
        <ClusterUse cluster={cluster.name} nodes={allNodes} requests={requests} />
        <LinksPane cluster={cluster} />
        <WarningsPane cluster={cluster.name} />
        <NodeRequests nodes={allNodes} requests={requests} />
      </div>
    </div>
  )
}

const barOrder: readonly Tone[] = ['good', 'done', 'progress', 'idle', 'warning', 'bad']

function CountTile({ kind, counts }: { kind: KindView; counts: ToneCounts }) {
  const text = useText()
  const { view } = useServices()
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const well = counts.good + counts.done
  const shown = barOrder.filter((tone) => counts[tone] > 0)
  return (
    <button
      type="button"
      className="tile"
      onClick={() => view.go({ section: kind.id, selected: undefined, filter: '' })}
    >
      <span className="tile-label">{text.kinds[kind.id]}</span>
      <span className="tile-number">
        {well}
        <span className="faint"> / {all}</span>
      </span>
      <span className="bar" aria-hidden="true">
        {shown.map((tone) => (
          <span key={tone} className={tone} style={{ flexGrow: counts[tone] }} />
        ))}
      </span>
      <span className="tile-legend">
        {shown.map((tone) => (
          <span key={tone} className={`state ${tone}`}>
            <Mark tone={tone} />
            {counts[tone]} {text.states[tone]}
          </span>
        ))}
      </span>
    </button>
  )
}

function ContextTile({ cluster }: { cluster: ClusterSummary }) {
  const text = useText()
  return (
    <dl className="tile still">
      <div>
        <dt>{text.overview.version}</dt>
        <dd>{cluster.kubernetesVersion}</dd>
      </div>
      <div>
        <dt>{text.overview.server}</dt>
        <dd>{cluster.server}</dd>
      </div>
      <div>
        <dt>{text.overview.context}</dt>
        <dd>slipway-{cluster.name}</dd>
      </div>
    </dl>
  )
}

function AttentionPane({ attention }: { attention: readonly Attention[] }) {
  const text = useText()
  return (
    <section className="pane" aria-label={text.overview.attention}>
      <h2>{text.overview.attention}</h2>
      {attention.length === 0 ? <p className="faint">{text.overview.nothing}</p> : null}
      <ul>
        {attention.slice(0, SHOWN).map(({ section, key, name, kind, state }) => (
          <li key={`${section}/${key}`}>
            <StateMark state={state} />
            <ObjectLink section={section} objectKey={key} text={name} />
            <span className="faint">{kind}</span>
          </li>
        ))}
      </ul>
      {attention.length > SHOWN ? <p className="faint">{text.details.more(attention.length - SHOWN)}</p> : null}
    </section>
  )
}

function LinksPane({ cluster }: { cluster: ClusterSummary }) {
  const text = useText()
  const { objects } = useLiveList(cluster.name, resources.services)
  const links = [...objects.values()]
    .filter((service) => service.metadata.namespace !== 'kube-system' && speaksHttp(service))
    .flatMap((service) =>
      laptopAddresses(cluster, service)
        .slice(0, 1)
        .map((address) => ({ service, address })),
    )
  return (
    <section className="pane" aria-label={text.overview.links}>
      <h2>{text.overview.links}</h2>
      {links.length === 0 ? <p className="faint">{text.overview.noLinks}</p> : null}
      <ul>
        {links.slice(0, LINKS).map(({ service, address }) => (
          <li key={address.url}>
            <ObjectLink
              section="services"
              objectKey={`${service.metadata.namespace}/${service.metadata.name}`}
              text={service.metadata.name ?? ''}
            />
            <span className="pane-address">
              <CellView cell={{ type: 'address', ...address }} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function WarningsPane({ cluster }: { cluster: string }) {
  const text = useText()
  const { objects } = useLiveList(cluster, resources.events)
  const warnings = [...objects.values()]
    .filter(({ type }) => type === 'Warning')
    .sort((a, b) => (lastSeen(b) ?? 0) - (lastSeen(a) ?? 0))
  return (
    <section className="pane" aria-label={text.overview.warnings}>
      <h2>{text.overview.warnings}</h2>
      {warnings.length === 0 ? <p className="faint">{text.overview.noWarnings}</p> : null}
      <ul>
        {warnings.slice(0, SHOWN).map((event) => (
          <li key={event.metadata.uid} className="warning-line">
            <span className="warning-head">
              <Mark tone="warning" />
              <strong>{event.reason}</strong>
              <span className="faint">
                {event.involvedObject.kind} {event.involvedObject.name}
              </span>
              <span className="faint warning-age">
                <Age since={lastSeen(event)} />
              </span>
            </span>
            <span className="warning-text" title={event.message}>
              {event.message}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
