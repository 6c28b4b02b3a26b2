import type { ClaimedData } from '../../shared/ipc/contract.ts'

/** What is asked before a cluster is deleted: names the data that go. Without `claims` they are not known. */
export function deleteQuestion(cluster: string, claims: readonly ClaimedData[] | undefined): string {
  const question = `Delete cluster ${cluster} with all its objects, containers and volumes?`
  if (claims === undefined) {
    return `The cluster does not run: which data its claims hold is shown only while it does.\n${question}`
  }
  if (claims.length === 0) return `No claim holds data.\n${question}`
  const names = claims.map(({ namespace, name }) => `${namespace}/${name}`)
  const width = Math.max(...names.map((name) => name.length))
  const lines = claims.map(({ size }, index) => `  ${(names[index] ?? '').padEnd(width)}  ${size}`)
  return `The data of ${claims.length === 1 ? 'this claim' : 'these claims'} will be lost:\n${lines.join('\n')}\n${question}`
}
