import type { ClusterSummary, NodeState } from '../../shared/ipc/contract.ts'

/** Where a command writes: `print` to standard output, `progress` to standard error, both silent as asked. */
export interface Output {
  readonly json: boolean
  print(text: string): void
  /** One changing line on a terminal, one line per change elsewhere. */
  progress(text: string): void
  /** Ends the progress line. */
  done(): void
}

export function terminalOutput(json: boolean): Output {
  const terminal = process.stderr.isTTY === true
  let last = ''
  return {
    json,
    print: (text) => void process.stdout.write(`${text}\n`),
    progress(text) {
      if (json || text === last || text === '') return
      last = text
      process.stderr.write(terminal ? `\r\u001b[2K${text} …` : `${text} …\n`)
    },
    done() {
      if (terminal && last !== '') process.stderr.write('\r\u001b[2K')
      last = ''
    },
  }
}

/** Columns as kubectl sets them: as wide as their widest cell, three spaces between. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n')
}

export function clusterTable(clusters: readonly ClusterSummary[]): string {
  const rows = clusters.map((c) => [c.name, c.phase, `${c.nodes}`, c.server ?? '-', c.message])
  return table([['NAME', 'STATUS', 'NODES', 'SERVER', ''], ...rows])
}

/** What pods ask for of what a node has for them, as "250m of 2". */
export function nodeTable(nodes: readonly NodeState[]): string {
  const rows = nodes.map(({ name, failed, autoscaled, ready, allocatable, requested }) => {
    const use = (resource: 'cpu' | 'memory') =>
      allocatable && requested ? `${requested[resource]} of ${allocatable[resource]}` : '-'
    const state = failed ? 'failed' : ready === undefined ? '-' : ready ? 'Ready' : 'NotReady'
    return [name, state, use('cpu'), use('memory'), autoscaled ? 'autoscaled' : '']
  })
  return table([['NAME', 'STATUS', 'CPU', 'MEMORY', ''], ...rows])
}
