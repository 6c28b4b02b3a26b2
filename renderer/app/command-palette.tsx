import { useId, useMemo, useRef, useState } from 'react'
import { type KubeObject, objectKey } from '../../shared/api/object.ts'
import type { ClusterSummary } from '../../shared/ipc/contract.ts'
import { clusterCan } from '../stores/clusters.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { kindById } from '../views/kinds.ts'
import { useActions } from './actions-context.ts'
import { type Command, commands } from './commands.ts'
import { fuzzyFind } from './fuzzy.ts'
import { useCluster, useLiveList, useText } from './hooks.ts'
import { type Services, useServices } from './services.ts'

const LIMIT = 60
/** The kinds whose objects the palette finds by name. */
const SEARCHED = ['pods', 'deployments', 'services', 'configmaps', 'secrets', 'nodes', 'namespaces'] as const

/** Reaches everything by a few letters: sections, objects, clusters, actions. */
export function CommandPalette() {
  const cluster = useCluster()
  return cluster !== undefined && clusterCan.read(cluster) ? (
    <PaletteOfCluster cluster={cluster} />
  ) : (
    <PaletteDialog objects={[]} />
  )
}

function PaletteOfCluster({ cluster }: { cluster: ClusterSummary }) {
  const services = useServices()
  const text = useText()
  const objects = SEARCHED.flatMap((id) => {
    const kind = kindById(id)
    if (kind === undefined) return []
    // The kinds are a constant, so the order of hooks is too.
    // biome-ignore lint/correctness/useHookAtTopLevel: see above
    const list = useLiveList(cluster.name, kind.ref)
    return [...list.objects.values()].map((object) => objectCommand(services, id, text.kinds[id], object))
  })
  return <PaletteDialog objects={objects} />
}

function objectCommand({ view }: Services, id: (typeof SEARCHED)[number], group: string, object: KubeObject): Command {
  const { name = '', namespace } = object.metadata
  return {
    id: `${id}/${objectKey(object)}`,
    group,
    title: namespace ? `${name} · ${namespace}` : name,
    icon: id,
    run: () => view.go({ section: id, selected: objectKey(object), tab: 'overview', filter: '' }),
  }
}

function PaletteDialog({ objects }: { objects: readonly Command[] }) {
  const services = useServices()
  const actions = useActions()
  const text = useText()
  const [query, setQuery] = useState('')
  const [active, setActive] = useState(0)
  const id = useId()
  const listbox = useRef<HTMLDivElement>(null)
  const fixed = useMemo(() => commands(services, actions, text), [services, actions, text])
  const found = fuzzyFind(query, query.trim() === '' ? fixed : [...fixed, ...objects], {
    text: ({ title, group }) => `${title} ${group}`,
    limit: LIMIT,
  })
  const current = Math.min(active, found.length - 1)
  const choose = (index: number) => {
    setActive(index)
    listbox.current?.querySelector(`[data-index="${index}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  const run = (command: Command | undefined) => {
    if (command === undefined) return
    actions.closePrompt()
    command.run()
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown') choose(Math.min(found.length - 1, current + 1))
    else if (event.key === 'ArrowUp') choose(Math.max(0, current - 1))
    else if (event.key === 'Enter') run(found[current])
    else return
    event.preventDefault()
  }
  return (
    <Dialog label={text.palette.label} className="palette" onClose={() => actions.closePrompt()}>
      <label className="palette-field">
        <Icon name="search" />
        <input
          data-first
          role="combobox"
          aria-label={text.palette.label}
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={found.length > 0 ? `${id}-${current}` : undefined}
          placeholder={text.palette.placeholder}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value)
            setActive(0)
          }}
          onKeyDown={onKeyDown}
        />
      </label>
      <div id={id} ref={listbox} role="listbox" aria-label={text.palette.label} className="palette-list">
        {found.map((command, index) => (
          <PaletteItem
            key={command.id}
            id={`${id}-${index}`}
            command={command}
            index={index}
            searching={query.trim() !== ''}
            heading={query.trim() === '' && command.group !== found[index - 1]?.group}
            active={index === current}
            onRun={() => run(command)}
            onPoint={() => setActive(index)}
          />
        ))}
        {found.length === 0 ? <p className="palette-none faint">{text.palette.none}</p> : null}
      </div>
      <footer className="palette-foot faint">{text.palette.hint}</footer>
    </Dialog>
  )
}

interface ItemProps {
  readonly id: string
  readonly command: Command
  readonly index: number
  readonly heading: boolean
  readonly searching: boolean
  readonly active: boolean
  onRun(): void
  onPoint(): void
}

function PaletteItem({ id, command, index, heading, searching, active, onRun, onPoint }: ItemProps) {
  return (
    <>
      {heading ? (
        <div className="palette-group" role="presentation">
          {command.group}
        </div>
      ) : null}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field above handles the keys */}
      <div
        id={id}
        role="option"
        tabIndex={-1}
        data-index={index}
        aria-selected={active}
        className="palette-item"
        onClick={onRun}
        onPointerMove={onPoint}
      >
        <Icon name={command.icon} />
        <span className="palette-title">{command.title}</span>
        {searching ? <span className="faint palette-kind">{command.group}</span> : null}
        {command.keys === undefined ? null : <kbd>{command.keys}</kbd>}
      </div>
    </>
  )
}
