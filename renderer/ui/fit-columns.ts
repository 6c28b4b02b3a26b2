import type { KubeObject } from '../../shared/api/object.ts'
import type { Column } from '../views/kind-view.ts'

/** The columns that fit: those of the highest rank go first, from the right. Rank 0 always stays. */
export function fitColumns<T extends KubeObject>(columns: readonly Column<T>[], width: number): readonly Column<T>[] {
  let kept = columns
  while (total(kept) > width) {
    const highest = Math.max(...kept.map(({ rank }) => rank))
    if (highest === 0) break
    const last = kept.map(({ rank }) => rank).lastIndexOf(highest)
    kept = kept.filter((_, index) => index !== last)
  }
  return kept
}

/** For grid-template-columns. */
export function columnTemplate(columns: readonly Column<KubeObject>[]): string {
  return columns.map(({ width, flexible }) => (flexible ? `minmax(${width}px, 1fr)` : `${width}px`)).join(' ')
}

function total(columns: readonly { readonly width: number }[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0)
}
