import { resources } from '../../shared/api/resources.ts'
import { ApiError } from '../../shared/api/status.ts'
import type { Node } from '../../shared/api/types/core-v1.ts'
import type { Clock } from '../../shared/lang/clock.ts'
import type { Disposable } from '../../shared/lang/disposable.ts'
import type { Informers } from './controller/informers.ts'

/** Nodes are ready within a second or two unless the Docker engine is away. */
const DEADLINE_MS = 60_000

/**
 * Resolves when each of these nodes is Ready and without the taint that every new node has; rejects with
 * ServiceUnavailable, and with what the first of the others says, when that takes a minute of engine time.
 */
export function nodesReady(informers: Informers, names: readonly string[], clock: Clock): Promise<void> {
  const nodes = informers.of(resources.nodes)
  return new Promise((resolve, reject) => {
    let subscription: Disposable | undefined
    let deadline: Disposable | undefined
    const end = () => {
      subscription?.dispose()
      deadline?.dispose()
    }
    const check = () => {
      if (!names.every((name) => isSchedulable(nodes.get(name)))) return
      end()
      resolve()
    }
    subscription = nodes.onChange({ added: check, updated: check })
    deadline = clock.after(DEADLINE_MS, () => {
      end()
      const late = names.filter((name) => !isSchedulable(nodes.get(name)))
      reject(new ApiError('ServiceUnavailable', whyLate(late, nodes.get(late[0] ?? ''))))
    })
    check()
  })
}

function whyLate(names: readonly string[], first: Node | undefined): string {
  const who = names.length === 1 ? `node "${names[0]}" is` : `nodes ${names.join(', ')} are`
  const why = readyCondition(first)?.message ?? 'it has not registered'
  return `${who} not ready after ${DEADLINE_MS / 1000} s: ${why}`
}

function isSchedulable(node: Node | undefined): boolean {
  const isNew = node?.spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/not-ready') ?? false
  return readyCondition(node)?.status === 'True' && !isNew
}

function readyCondition(node: Node | undefined) {
  return node?.status?.conditions?.find(({ type }) => type === 'Ready')
}
