import type { Disposable } from '../../../../shared/lang/disposable.ts'

export const LOOPBACK = '127.0.0.1'

/** A listener on loopback. Disposing stops listening; TCP connections that are open go on until they end. */
export interface LoopbackListener extends Disposable {
  readonly port: number
  /** Why it is not the wanted port, when another was chosen: "is taken by another program". */
  readonly refusal: string | undefined
}

/** What listens on a port of loopback, 0 being any; rejects as the operating system does. */
export type Bind = (port: number) => Promise<Disposable & { readonly port: number }>

/**
 * Listens on the wanted port, else on another. What was `offered` in its place before comes first, so that links stay
 * valid when clusters start in another order.
 */
export async function listenOnLoopback(wanted: number, bind: Bind, offered?: number): Promise<LoopbackListener> {
  if (offered !== undefined && offered !== wanted) {
    const again = await bind(offered).catch(ignoreRefusal)
    if (again) return listener(again, 'was taken before')
  }
  try {
    return listener(await bind(wanted), undefined)
  } catch (error) {
    const why = refusalOf(error)
    if (why === undefined) throw error
    return listener(await bind(0), why)
  }
}

function listener(bound: Awaited<ReturnType<Bind>>, refusal: string | undefined): LoopbackListener {
  return { port: bound.port, refusal, dispose: () => bound.dispose() }
}

function ignoreRefusal(error: unknown): undefined {
  if (refusalOf(error) === undefined) throw error
}

function refusalOf(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EACCES') return 'is not allowed to this user'
  return code === 'EADDRINUSE' ? 'is taken by another program' : undefined
}
