/** What a paused cluster answers to who would change something. */
export function pausedText(cluster: string): string {
  return `the cluster "${cluster}" is paused: "slipway resume ${cluster}" lets it go on`
}
