import { splitKey } from '../../../shared/api/object.ts'
import { isApiError } from '../../../shared/api/status.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'
import type { Logger } from '../../../shared/lang/logger.ts'
import { WorkQueue } from './work-queue.ts'

/** Which object to look at: never what happened to it, so that a lost or repeated event changes nothing. */
export interface Request {
  readonly key: string
  readonly namespace: string
  readonly name: string
}

export interface ReconcileContext {
  /** Aborted when the controller stops. */
  readonly signal: AbortSignal
  readonly logger: Logger
}

export interface ReconcileResult {
  /** Look again after this much engine time, unless an event comes first. */
  readonly requeueAfterMs?: number | undefined
}

/** Makes the world more like the object says. Throwing means: try again after the key's back-off. */
export type Reconcile = (context: ReconcileContext, request: Request) => Promise<ReconcileResult | undefined>

export interface ControllerOptions {
  readonly name: string
  readonly clock: Clock
  readonly logger: Logger
  readonly reconcile: Reconcile
  /** Keys that are worked on at the same time; 5 when absent. */
  readonly workers?: number
  /** No key is worked on before these caches have their first list. */
  readonly informers: readonly { synced(): Promise<void> }[]
}

/** A running controller; event handlers add keys to its queue. */
export interface Controller extends Disposable {
  readonly name: string
  readonly queue: WorkQueue
}

/**
 * Runs one `reconcile` over a queue of keys.
 * - Level-based: a request names an object, nothing else.
 * - Exclusive: never two reconciles of one key at the same time.
 * - Careful: starts only when its caches are filled; failures come back with back-off, logged once each, here.
 */
export function runController(options: ControllerOptions): Controller {
  const queue = new WorkQueue(options.clock)
  const abort = new AbortController()
  const logger = options.logger.child({ controller: options.name })
  const context: ReconcileContext = { signal: abort.signal, logger }

  const work = async () => {
    for (let key = await queue.get(); key !== undefined; key = await queue.get()) {
      await reconcileKey(options.reconcile, context, queue, key)
      queue.done(key)
    }
  }
  void Promise.all(options.informers.map((informer) => informer.synced())).then(() => {
    if (!abort.signal.aborted) for (let worker = 0; worker < (options.workers ?? 5); worker++) void work()
  })

  return {
    name: options.name,
    queue,
    dispose() {
      abort.abort()
      queue.dispose()
    },
  }
}

/** The controller together with what serves it alone: its subscriptions end before its work does, its recorder after. */
export function owning(
  controller: Controller,
  subscriptions: readonly Disposable[],
  recorder?: Disposable,
): Controller {
  return {
    ...controller,
    dispose() {
      for (const subscription of subscriptions) subscription.dispose()
      controller.dispose()
      recorder?.dispose()
    },
  }
}

/** The one place that decides what a reconcile's result leads to. */
async function reconcileKey(
  reconcile: Reconcile,
  context: ReconcileContext,
  queue: WorkQueue,
  key: string,
): Promise<void> {
  try {
    const result = await reconcile(context, { key, ...splitKey(key) })
    queue.forget(key)
    if (result?.requeueAfterMs !== undefined) queue.addAfter(key, result.requeueAfterMs)
  } catch (error) {
    if (context.signal.aborted) return
    if (isNamespaceTerminating(error)) {
      queue.forget(key)
      context.logger.debug({ err: error, key }, 'not retried')
      return
    }
    queue.addRateLimited(key)
    // A conflict only says that the cache was behind: the event that mends it is on its way.
    const level = isApiError(error, 'Conflict') ? 'debug' : 'warn'
    context.logger[level]({ err: error, key, attempt: queue.requeues(key) }, 'reconcile failed, retrying')
  }
}

/** The namespace is going away, so nothing can be created in it any more (cause "NamespaceTerminating"). */
export function isNamespaceTerminating(error: unknown): boolean {
  return isApiError(error) && error.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') === true
}
