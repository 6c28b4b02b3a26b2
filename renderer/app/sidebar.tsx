import { Icon, type IconName } from '../ui/icon.tsx'
import type { KindView } from '../views/kind-view.ts'
import { kindGroups, kinds } from '../views/kinds.ts'
import { useActions } from './actions-context.ts'
import { ClusterSwitcher } from './cluster-switcher.tsx'
import { useCluster, useText, useView } from './hooks.ts'
import { modifier } from './keyboard.ts'
import { useServices } from './services.ts'

export function Sidebar() {
  const text = useText()
  const cluster = useCluster()
  const actions = useActions()
  return (
    <div className="sidebar">
      <ClusterSwitcher />
      <button type="button" className="palette-button" onClick={() => actions.prompt({ type: 'palette' })}>
        <Icon name="search" />
        <span>{text.palette.placeholder}</span>
        <kbd>{modifier}K</kbd>
      </button>
      {/* With every button disabled it may still scroll: the keyboard must reach it. */}
      <nav aria-label={text.nav.label} className="nav" tabIndex={cluster === undefined ? 0 : -1}>
        <NavItem section="overview" label={text.nav.overview} icon="overview" disabled={cluster === undefined} />
        {kindGroups.map((group) => (
          <section key={group} aria-label={text.nav.groups[group]}>
            <h2>{text.nav.groups[group]}</h2>
            {kinds
              .filter((kind) => kind.group === group)
              .map((kind: KindView) => (
                <NavItem
                  key={kind.id}
                  section={kind.id}
                  label={text.kinds[kind.id]}
                  icon={kind.id}
                  disabled={cluster === undefined}
                />
              ))}
          </section>
        ))}
      </nav>
    </div>
  )
}

function NavItem(props: { section: string; label: string; icon: IconName; disabled: boolean }) {
  const { view } = useServices()
  const { section } = useView()
  const cluster = useCluster()?.name
  const current = section === props.section
  return (
    <button
      type="button"
      className="nav-item"
      aria-current={current ? 'page' : undefined}
      disabled={props.disabled}
      onClick={() => view.go({ cluster, section: props.section, selected: undefined, filter: '', sort: '' })}
    >
      <Icon name={props.icon} />
      {props.label}
    </button>
  )
}
