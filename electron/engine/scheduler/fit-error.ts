/** FitError: "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable." */
export function fitError(total: number, reasons: string): string {
  return `0/${total} nodes are available: ${reasons}.`
}

/** "1 Insufficient cpu, 2 node(s) were unschedulable", sorted by its own text as FitError does. */
export function countedReasons(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ')
}
