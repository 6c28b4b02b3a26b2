import type { Duplex } from 'node:stream'

/** Joins two connections: each side's end becomes the other's, a failure of one ends both. */
export function pipeStreams(a: Duplex, b: Duplex): void {
  const close = () => {
    a.destroy()
    b.destroy()
  }
  a.on('error', close)
  b.on('error', close)
  a.on('close', () => b.end())
  b.on('close', () => a.destroy())
  a.pipe(b)
  b.pipe(a)
}
