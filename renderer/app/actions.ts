import { type KubeObject, objectKey } from '../../shared/api/object.ts'
import { type ResourceRef, resources } from '../../shared/api/resources.ts'
import { timestamp } from '../../shared/api/timestamp.ts'
import type { CronJob } from '../../shared/api/types/batch-v1.ts'
import type { Pod } from '../../shared/api/types/core-v1.ts'
import { IpcError } from '../../shared/ipc/protocol.ts'
import type { RpcClient } from '../../shared/ipc/rpc-client.ts'
import type { Messages } from '../messages/en.ts'
import type { KindView } from '../views/kind-view.ts'
import { kindById } from '../views/kinds.ts'
import { defaultContainer, podCan } from '../views/pods/pod-state.ts'
import { manualJob } from './manual-job.ts'
import type { Prompt } from './prompts.ts'
import type { Services } from './services.ts'

/** What a user can do; each tells how it went. Buttons, keys, menus and the palette all come here. */
export class Actions {
  readonly #services: Services
  readonly #text: Messages

  constructor(services: Services, text: Messages) {
    this.#services = services
    this.#text = text
  }

  prompt(prompt: Prompt): void {
    this.#services.prompts.setState({ prompt })
  }

  /** A node is not deleted but removed: its pods are moved first, and it does not register again. */
  askToDelete(kind: KindView, object: KubeObject): void {
    const node = object.metadata.name ?? ''
    this.prompt(
      kind.id === 'nodes' ? { type: 'node', change: 'remove', node } : { type: 'delete-object', kind, object },
    )
  }

  closePrompt(): void {
    this.#services.prompts.setState({ prompt: undefined })
  }

  /** The object in the details panel, as it is now. */
  selected(): { cluster: string; kind: KindView; object: KubeObject } | undefined {
    const { section, selected } = this.#services.view.store.getState()
    const cluster = this.cluster()
    const kind = kindById(section)
    if (cluster === undefined || kind === undefined || selected === undefined) return undefined
    const object = this.#services.lists.get(cluster, kind.ref).store.getState().objects.get(selected)
    return object === undefined ? undefined : { cluster, kind, object }
  }

  cluster(): string | undefined {
    return this.#services.view.store.getState().cluster ?? this.#services.clusters.getState().clusters[0]?.name
  }

  openLogs(cluster: string, pod: Pod, container = defaultContainer(pod)): void {
    this.#services.dock.openLogs({ ...podRef(cluster, pod), container })
  }

  openTerminal(cluster: string, pod: Pod, container = defaultContainer(pod)): void {
    if (podCan.exec(pod)) this.#services.dock.openTerminal({ ...podRef(cluster, pod), container })
  }

  async deleteObject(kind: KindView, object: KubeObject): Promise<void> {
    const name = object.metadata.name ?? ''
    const done = await this.#run(`${kind.ref.kind} ${name}`, (rpc, cluster) =>
      rpc.call('objects.delete', { cluster, ...target(kind.ref, object) }),
    )
    if (done) this.#services.notices.show('good', this.#text.done.deleted(`${kind.ref.kind} ${name}`))
  }

  async scale(kind: KindView, object: KubeObject, replicas: number): Promise<void> {
    const done = await this.#patch(kind.ref, object, { spec: { replicas } })
    if (done) this.#services.notices.show('good', this.#text.done.scaled(object.metadata.name ?? '', replicas))
  }

  /** As `kubectl rollout restart`: a changed annotation of the pod template makes a new rollout. */
  async restartRollout(kind: KindView, object: KubeObject): Promise<void> {
    const annotations = { 'kubectl.kubernetes.io/restartedAt': timestamp(Date.now()) }
    const done = await this.#patch(kind.ref, object, { spec: { template: { metadata: { annotations } } } })
    if (done) this.#services.notices.show('good', this.#text.done.restarted(object.metadata.name ?? ''))
  }

  async suspend(job: CronJob, suspend: boolean): Promise<void> {
    const name = job.metadata.name ?? ''
    const done = await this.#patch(resources.cronJobs, job, { spec: { suspend } })
    if (done) this.#services.notices.show('good', this.#text.done[suspend ? 'suspended' : 'unsuspended'](name))
  }

  /** Starts one Job of a CronJob beside its schedule. */
  async runNow(job: CronJob): Promise<void> {
    const { group, version, resource } = resources.jobs
    const { namespace = '' } = job.metadata
    await this.#run(objectKey(job), async (rpc, cluster) => {
      const ref = { group, version, resource }
      const started = await rpc.call('objects.create', { cluster, ref, namespace, object: manualJob(job) })
      this.#services.notices.show('good', this.#text.done.started(`Job ${started.metadata.name ?? ''}`))
    })
  }

  async cordon(node: KubeObject, unschedulable: boolean): Promise<void> {
    const name = node.metadata.name ?? ''
    const done = await this.#patch(resources.nodes, node, { spec: { unschedulable: unschedulable || null } })
    if (done) this.#services.notices.show('good', this.#text.done[unschedulable ? 'cordoned' : 'uncordoned'](name))
  }

  async failNode(node: string): Promise<void> {
    const done = await this.#run(node, (rpc, cluster) => rpc.call('nodes.change', { cluster, action: 'fail', node }))
    if (done) this.#services.notices.show('good', this.#text.done.nodeFailed(node))
  }

  async restoreNode(node: string): Promise<void> {
    const done = await this.#run(node, (rpc, cluster) => rpc.call('nodes.change', { cluster, action: 'restore', node }))
    if (done) this.#services.notices.show('good', this.#text.done.nodeRestored(node))
  }

  /** Moves its pods elsewhere first. Those that can't be moved are only ended with `kill`: it is asked for then. */
  async removeNode(node: string, kill: boolean): Promise<void> {
    await this.#run(node, async (rpc, cluster) => {
      const why = await refusal('Conflict', rpc.call('nodes.remove', { cluster, node, kill }))
      if (why !== undefined) return this.prompt({ type: 'node', change: 'end', node, why })
      this.#services.notices.show('good', this.#text.done.nodeRemoved(node))
    })
  }

  /** As large as the last one. More than the machine has is only promised with `overcommit`: it is asked for then. */
  async addNode(overcommit: boolean): Promise<void> {
    await this.#run(this.#text.actions.addNode, async (rpc, cluster) => {
      const why = await refusal('Invalid', rpc.call('nodes.add', { cluster, overcommit }))
      if (why !== undefined) return this.prompt({ type: 'node', change: 'overcommit', node: '', why })
      this.#services.notices.show('good', this.#text.done.nodeAdded)
    })
  }

  async up(name: string, nodes?: number): Promise<void> {
    this.#services.view.go({ cluster: name, selected: undefined })
    await this.#run(name, (rpc) => rpc.call('clusters.up', { name, ...(nodes === undefined ? {} : { nodes }) }))
  }

  async down(cluster: string): Promise<void> {
    await this.#run(cluster, (rpc) => rpc.call('clusters.down', { cluster }))
  }

  async pause(cluster: string): Promise<void> {
    await this.#run(cluster, (rpc) => rpc.call('clusters.pause', { cluster }))
  }

  async resume(cluster: string): Promise<void> {
    await this.#run(cluster, (rpc) => rpc.call('clusters.resume', { cluster }))
  }

  async deleteCluster(cluster: string): Promise<void> {
    const done = await this.#run(cluster, (rpc) => rpc.call('clusters.delete', { cluster }))
    if (!done) return
    this.#services.notices.show('good', this.#text.done.clusterDeleted(cluster))
    this.#services.view.go({ cluster: undefined, section: 'overview', selected: undefined })
  }

  async addContext(cluster: string): Promise<void> {
    await this.#run(cluster, async (rpc) => {
      const { context, path } = await rpc.call('clusters.mergeKubeconfig', { cluster })
      this.#services.notices.show('good', this.#text.done.contextAdded(context, path))
    })
  }

  async copyKubeconfig(cluster: string): Promise<void> {
    await this.#run(cluster, async (rpc) => {
      await navigator.clipboard.writeText(await rpc.call('clusters.kubeconfig', { cluster }))
      this.#services.notices.show('good', this.#text.done.kubeconfigCopied)
    })
  }

  #patch(ref: ResourceRef, object: KubeObject, body: unknown): Promise<boolean> {
    return this.#run(objectKey(object), (rpc, cluster) =>
      rpc.call('objects.patch', { cluster, ...target(ref, object), type: 'application/merge-patch+json', body }),
    )
  }

  /** Runs one call; a failure is shown, not thrown. Answers whether it went well. */
  async #run(what: string, work: (rpc: RpcClient, cluster: string) => Promise<unknown>): Promise<boolean> {
    const { connection, notices } = this.#services
    const { rpc } = connection
    if (rpc === undefined) {
      notices.show('bad', this.#text.engine.lost)
      return false
    }
    try {
      await work(rpc, this.cluster() ?? '')
      return true
    } catch (error) {
      notices.show('bad', this.#text.done.failed(what, error instanceof Error ? error.message : String(error)))
      return false
    }
  }
}

/** What the engine said where it refused for this reason; undefined where it did as it was asked. */
async function refusal(reason: string, call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call
    return undefined
  } catch (error) {
    if (error instanceof IpcError && error.reason === reason) return error.message
    throw error
  }
}

function podRef(cluster: string, pod: Pod) {
  return { cluster, namespace: pod.metadata.namespace ?? '', pod: pod.metadata.name ?? '' }
}

function target({ group, version, resource, namespaced }: ResourceRef, { metadata }: KubeObject) {
  return {
    ref: { group, version, resource },
    ...(namespaced && metadata.namespace ? { namespace: metadata.namespace } : {}),
    name: metadata.name ?? '',
  }
}
