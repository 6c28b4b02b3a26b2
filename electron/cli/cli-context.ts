import type { ClusterSummary } from '../../shared/ipc/contract.ts'
import type { DataDirectory } from '../engine/installation/data-directory.ts'
import type { Output } from './output.ts'

/** What every command works with; functions, because global options are parsed first. */
export interface CliContext {
  data(): DataDirectory
  output(): Output
  /** The clusters on disk, as they are while no engine runs. */
  records(): readonly ClusterSummary[]
  /** Asks the person at the terminal; false where there is none. */
  confirm(question: string): Promise<boolean>
}
