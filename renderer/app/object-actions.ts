import type { KubeObject } from '../../shared/api/object.ts'
import type { CronJob } from '../../shared/api/types/batch-v1.ts'
import type { Node, Pod } from '../../shared/api/types/core-v1.ts'
import type { Messages } from '../messages/en.ts'
import type { IconName } from '../ui/icon.tsx'
import type { KindId, KindView } from '../views/kind-view.ts'
import { podCan } from '../views/pods/pod-state.ts'
import type { Actions } from './actions.ts'

export interface ObjectAction {
  readonly id: string
  readonly label: string
  readonly icon: IconName
  readonly key?: string
  readonly disabled?: boolean
  readonly danger?: boolean
  run(): void
}

const SCALED = new Set<KindId>(['deployments', 'replicasets', 'statefulsets'])
const ROLLED = new Set<KindId>(['deployments', 'statefulsets', 'daemonsets'])

interface Target {
  readonly cluster: string
  readonly kind: KindView
  readonly object: KubeObject
}

/** What a cluster that takes no changes offers as well. */
const READS = new Set(['logs'])

/** What can be done with an object, for its buttons and for the palette. */
export function objectActions(
  target: Target & { readonly canChange: boolean },
  actions: Actions,
  text: Messages,
): ObjectAction[] {
  const all = actionsOf(target, actions, text)
  return target.canChange ? all : all.map((action) => (READS.has(action.id) ? action : { ...action, disabled: true }))
}

function actionsOf({ cluster, kind, object }: Target, actions: Actions, text: Messages): ObjectAction[] {
  const list: ObjectAction[] = []
  if (kind.id === 'pods') list.push(...podActions(cluster, object as Pod, actions, text))
  if (kind.id === 'cronjobs') list.push(...cronJobActions(object as CronJob, actions, text))
  if (kind.id === 'nodes') return nodeActions(kind, object as Node, actions, text)
  if (SCALED.has(kind.id)) {
    list.push({
      id: 'scale',
      label: text.actions.scale,
      icon: 'scale',
      run: () => actions.prompt({ type: 'scale', kind, object }),
    })
  }
  if (ROLLED.has(kind.id)) {
    const run = () => void actions.restartRollout(kind, object)
    list.push({ id: 'restart', label: text.actions.restart, icon: 'deployments', run })
  }
  list.push({
    id: 'delete',
    label: text.actions.delete,
    icon: 'trash',
    key: 'd',
    danger: true,
    disabled: object.metadata.deletionTimestamp !== undefined,
    run: () => actions.askToDelete(kind, object),
  })
  return list
}

function nodeActions(kind: KindView, node: Node, actions: Actions, text: Messages): ObjectAction[] {
  const { name = '' } = node.metadata
  const isReady = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true
  const isCordoned = node.spec?.unschedulable === true
  return [
    {
      id: 'cordon',
      label: isCordoned ? text.actions.uncordon : text.actions.cordon,
      icon: isCordoned ? 'play' : 'pause',
      run: () => void actions.cordon(node, !isCordoned),
    },
    isReady
      ? {
          id: 'fail',
          label: text.actions.failNode,
          icon: 'stop',
          run: () => actions.prompt({ type: 'node', change: 'fail', node: name }),
        }
      : { id: 'restore', label: text.actions.restoreNode, icon: 'up', run: () => void actions.restoreNode(name) },
    {
      id: 'delete',
      label: text.actions.removeNode,
      icon: 'trash',
      key: 'd',
      danger: true,
      run: () => actions.askToDelete(kind, node),
    },
  ]
}

function podActions(cluster: string, pod: Pod, actions: Actions, text: Messages): ObjectAction[] {
  return [
    {
      id: 'logs',
      label: text.actions.logs,
      icon: 'logs',
      key: 'l',
      disabled: !podCan.logs(pod),
      run: () => actions.openLogs(cluster, pod),
    },
    {
      id: 'shell',
      label: text.actions.shell,
      icon: 'shell',
      key: 's',
      disabled: !podCan.exec(pod),
      run: () => actions.openTerminal(cluster, pod),
    },
  ]
}

function cronJobActions(job: CronJob, actions: Actions, text: Messages): ObjectAction[] {
  const isSuspended = job.spec.suspend === true
  return [
    { id: 'run-now', label: text.actions.runNow, icon: 'play', run: () => void actions.runNow(job) },
    {
      id: 'suspend',
      label: isSuspended ? text.actions.unsuspend : text.actions.suspend,
      icon: isSuspended ? 'clock' : 'pause',
      run: () => void actions.suspend(job, !isSuspended),
    },
  ]
}
