import { useCallback, useMemo } from 'react'
import { useStore } from 'zustand'
import { type KubeObject, objectKey } from '../../shared/api/object.ts'
import { resources } from '../../shared/api/resources.ts'
import type { ClusterSummary } from '../../shared/ipc/contract.ts'
import { useActions } from '../app/actions-context.ts'
import { useLiveList, useText, useView } from '../app/hooks.ts'
import { useServices } from '../app/services.ts'
import { useUsage } from '../app/usage-hooks.ts'
import { clusterCan } from '../stores/clusters.ts'
import { NO_USAGE } from '../stores/usage-readers.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { Icon } from '../ui/icon.tsx'
import { Picker } from '../ui/picker.tsx'
import { Table } from '../ui/table.tsx'
import type { KindView } from './kind-view.ts'
import { RowOrder } from './row-order.ts'
import { rowsInView } from './rows-in-view.ts'

/** The live list of one kind. */
export function ListView({ cluster, kind }: { cluster: ClusterSummary; kind: KindView }) {
  const { view } = useServices()
  const text = useText()
  const { namespace, filter, sort, selected } = useView()
  const list = useLiveList(cluster.name, kind.ref)
  const order = useMemo(() => new RowOrder(kind), [kind])
  // Only a list in that order is arranged anew with each sample.
  const byUse = kind.columns.some((column) => column.byUse && column.id === sort.replace('-', ''))
  const usage = useUsage(cluster.name, (now) => (byUse ? now : NO_USAGE))
  // biome-ignore lint/correctness/useExhaustiveDependencies: the map is changed in place, its version tells when
  const rows = useMemo(
    () => order.update(list.objects, { namespace, filter, sort }, usage),
    [order, list.objects, list.version, namespace, filter, sort, usage],
  )
  rowsInView.current = rows
  const columns = useMemo(
    () => (namespace === '' ? kind.columns : kind.columns.filter(({ id }) => id !== 'namespace')),
    [kind, namespace],
  )
  const select = useCallback((key: string) => view.go({ selected: key }), [view])
  const changeSort = useCallback((next: string) => view.adjust({ sort: next }), [view])
  const name = text.kinds[kind.id]
  return (
    <div className="list">
      <ListToolbar cluster={cluster} kind={kind} rows={rows} total={list.objects.size} />
      <ListNotice cluster={cluster} phase={list.phase} />
      {rows.length > 0 ? (
        <Table
          label={name}
          columns={columns}
          rows={rows}
          selected={selected}
          sort={sort}
          onSelect={select}
          onSort={changeSort}
        />
      ) : (
        <NoRows
          phase={list.phase}
          name={name}
          namespace={kind.ref.namespaced ? namespace : ''}
          failure={list.failure?.message}
        />
      )}
    </div>
  )
}

interface ToolbarProps {
  readonly cluster: ClusterSummary
  readonly kind: KindView
  readonly rows: readonly KubeObject[]
  readonly total: number
}

function ListToolbar({ cluster, kind, rows, total }: ToolbarProps) {
  const { view } = useServices()
  const actions = useActions()
  const text = useText()
  const { filter } = useView()
  return (
    <header className="toolbar">
      <h1>{text.kinds[kind.id]}</h1>
      <span className="count faint" role="status">
        {text.list.shown(rows.length, total)}
      </span>
      <span className="toolbar-space" />
      {kind.id === 'nodes' ? (
        <button
          type="button"
          className="plain"
          disabled={!clusterCan.change(cluster)}
          onClick={() => void actions.addNode(false)}
        >
          <Icon name="plus" /> {text.actions.addNode}
        </button>
      ) : null}
      {kind.ref.namespaced ? <NamespacePicker cluster={cluster} /> : null}
      <label className="filter">
        <Icon name="search" />
        <input
          id="filter"
          type="search"
          value={filter}
          placeholder={text.list.filter}
          title={text.list.filterHint}
          aria-label={text.list.filter}
          onChange={(event) => view.adjust({ filter: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape') {
              if (filter !== '') view.adjust({ filter: '' })
              event.currentTarget.blur()
            } else if (event.key === 'Enter' && rows[0] !== undefined) {
              view.go({ selected: objectKey(rows[0]) })
              event.currentTarget.blur()
            } else return
            event.stopPropagation()
          }}
        />
        <kbd>/</kbd>
      </label>
    </header>
  )
}

function NamespacePicker({ cluster }: { cluster: ClusterSummary }) {
  const { view } = useServices()
  const text = useText()
  const { namespace } = useView()
  const { objects } = useLiveList(cluster.name, resources.namespaces)
  const names = [...objects.keys()].sort()
  return (
    <Picker
      label={text.namespaces.label}
      icon="namespaces"
      value={namespace}
      search={text.namespaces.search}
      shortcut="n"
      options={[{ value: '', label: text.namespaces.all }, ...names.map((name) => ({ value: name, label: name }))]}
      onPick={(next) => view.go({ namespace: next, selected: undefined })}
    />
  )
}

function ListNotice({ cluster, phase }: { cluster: ClusterSummary; phase: string }) {
  const { connection } = useServices()
  const text = useText()
  const state = useStore(connection.store)
  const message =
    state.phase === 'lost'
      ? text.engine.lost
      : state.phase === 'connected' && state.info.docker === undefined
        ? text.engine.dockerBanner
        : cluster.phase === 'paused'
          ? text.clusters.paused
          : phase === 'stale'
            ? text.list.stale
            : undefined
  return message === undefined ? null : (
    <div className="banner" role="status">
      {message}
      {message === text.clusters.paused ? <ResumeButton cluster={cluster} /> : null}
    </div>
  )
}

function ResumeButton({ cluster }: { cluster: ClusterSummary }) {
  const actions = useActions()
  return (
    <button type="button" className="plain" onClick={() => void actions.resume(cluster.name)}>
      {useText().actions.resume}
    </button>
  )
}

function NoRows(props: { phase: string; name: string; namespace: string; failure: string | undefined }) {
  const text = useText()
  const { view } = useServices()
  const { filter } = useView()
  if (props.phase === 'failed') return <EmptyState title={text.list.failed(props.name)} text={props.failure} />
  if (props.phase === 'loading') return <EmptyState busy title={text.list.loading} />
  if (filter !== '') {
    return (
      <EmptyState title={text.list.noMatch}>
        <button type="button" className="plain" onClick={() => view.adjust({ filter: '' })}>
          {text.list.clearFilter}
        </button>
      </EmptyState>
    )
  }
  const title = props.namespace ? text.list.noneIn(props.name, props.namespace) : text.list.none(props.name)
  return <EmptyState title={title} text={text.list.noneHint} />
}
