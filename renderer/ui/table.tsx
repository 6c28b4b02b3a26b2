import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { type KubeObject, objectKey } from '../../shared/api/object.ts'
import { useText } from '../app/hooks.ts'
import type { Column } from '../views/kind-view.ts'
import { CellView } from './cell-view.tsx'
import { columnTemplate, fitColumns } from './fit-columns.ts'
import { Icon } from './icon.tsx'

const ROW_HEIGHT = 30
const PADDING = 24

export interface TableProps {
  readonly label: string
  readonly columns: readonly Column<KubeObject>[]
  readonly rows: readonly KubeObject[]
  readonly selected: string | undefined
  readonly sort: string
  onSelect(key: string): void
  onSort(sort: string): void
}

/** A list of any length: only the rows in sight exist, and columns never change their width with their content. */
export function Table({ label, columns, rows, selected, sort, onSelect, onSort }: TableProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const width = useWidth(scroller)
  const shown = useMemo(() => fitColumns(columns, width - PADDING), [columns, width])
  const template = columnTemplate(shown)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 16,
  })
  const selectedIndex = useMemo(
    () => (selected === undefined ? -1 : rows.findIndex((row) => objectKey(row) === selected)),
    [rows, selected],
  )
  // Follows the selection when the keyboard moves it, not when live data moves the selected row.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (selectedIndex >= 0) virtualizer.scrollToIndex(selectedIndex)
  }, [selected])

  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table element
    <div className="table" role="grid" aria-label={label} aria-rowcount={rows.length + 1} tabIndex={-1}>
      <Header columns={shown} template={template} width={width} sort={sort} onSort={onSort} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      {/* biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table element */}
      <div className="table-body" ref={scroller} role="rowgroup" tabIndex={0} data-testid="rows">
        <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index]
            return row === undefined ? null : (
              <Row
                key={objectKey(row)}
                row={row}
                index={item.index}
                top={item.start}
                columns={shown}
                template={template}
                selected={item.index === selectedIndex}
                onSelect={onSelect}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}

interface HeaderProps {
  readonly columns: readonly Column<KubeObject>[]
  readonly template: string
  /** Of the rows: less than the table's where a scroll bar takes room. */
  readonly width: number
  readonly sort: string
  onSort(sort: string): void
}

function Header({ columns, template, width, sort, onSort }: HeaderProps) {
  const text = useText()
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table element
    <div className="table-head" role="rowgroup">
      {/* biome-ignore lint/a11y/useFocusableInteractive: its buttons take the focus */}
      {/* biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table element */}
      <div role="row" aria-rowindex={1} className="head-row" style={{ gridTemplateColumns: template, width }}>
        {columns.map(({ id, align, byUse }) => {
          const [first, second] = byUse ? [`-${id}`, id] : [id, `-${id}`]
          const direction = sort === id ? 'ascending' : sort === `-${id}` ? 'descending' : 'none'
          return (
            // biome-ignore lint/a11y/useFocusableInteractive: its button takes the focus
            // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table element
            <div key={id} role="columnheader" aria-sort={direction} className={align}>
              <button
                type="button"
                title={text.list.sortBy(text.columns[id])}
                onClick={() => onSort(sort === first ? second : sort === second ? '' : first)}
              >
                {text.columns[id]}
                {direction === 'none' ? null : <Icon name={direction === 'ascending' ? 'up' : 'down'} />}
              </button>
            </div>
          )
        })}
      </div>
    </div>
  )
}

interface RowProps {
  readonly row: KubeObject
  readonly index: number
  readonly top: number
  readonly columns: readonly Column<KubeObject>[]
  readonly template: string
  readonly selected: boolean
  onSelect(key: string): void
}

const Row = memo(function Row({ row, index, top, columns, template, selected, onSelect }: RowProps) {
  const key = objectKey(row)
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list takes the focus, j and k move the selection
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles the keys
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table element
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-key={key}
      className={row.metadata.deletionTimestamp === undefined ? 'row' : 'row leaving'}
      style={{ gridTemplateColumns: template, transform: `translateY(${top}px)` }}
      onClick={() => onSelect(key)}
    >
      {columns.map((column) => {
        const cell = column.cell(row)
        return (
          // biome-ignore lint/a11y/useFocusableInteractive: the list takes the focus
          // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table element
          <div
            key={column.id}
            role="gridcell"
            className={column.flexible ? 'cell main' : column.align === 'right' ? 'cell right' : 'cell'}
            title={typeof cell === 'string' ? cell : undefined}
          >
            <CellView cell={cell} />
          </div>
        )
      })}
    </div>
  )
})

function useWidth(element: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(1_000)
  useLayoutEffect(() => {
    const target = element.current
    if (target === null) return
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    observer.observe(target)
    setWidth(target.clientWidth)
    return () => observer.disconnect()
  }, [element])
  return width
}
