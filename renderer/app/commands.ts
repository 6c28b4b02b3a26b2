import type { Messages } from '../messages/en.ts'
import { clusterCan } from '../stores/clusters.ts'
import type { Language, Theme } from '../stores/settings-store.ts'
import type { IconName } from '../ui/icon.tsx'
import { kinds } from '../views/kinds.ts'
import type { Actions } from './actions.ts'
import { objectActions } from './object-actions.ts'
import type { Services } from './services.ts'

export interface Command {
  readonly id: string
  readonly group: string
  readonly title: string
  readonly icon: IconName
  readonly keys?: string
  run(): void
}

/** Everything that can be done now, for the palette. Objects are added by the palette itself. */
export function commands(services: Services, actions: Actions, text: Messages): Command[] {
  return [
    ...selectedCommands(services, actions, text),
    ...sectionCommands(services, text),
    ...clusterCommands(services, actions, text),
    ...appCommands(services, actions, text),
  ]
}

function selectedCommands({ view, clusters }: Services, actions: Actions, text: Messages): Command[] {
  const selected = actions.selected()
  if (selected === undefined) return []
  const { cluster, kind, object } = selected
  const group = `${text.palette.groups.actions}: ${object.metadata.name}`
  const summary = clusters.getState().clusters.find(({ name }) => name === cluster)
  const canChange = summary !== undefined && clusterCan.change(summary)
  const can = objectActions({ cluster, kind, object, canChange }, actions, text).filter(({ disabled }) => !disabled)
  const offered = can.map(
    ({ id, label, icon, key, run }): Command => ({
      id,
      group,
      title: label,
      icon,
      ...(key === undefined ? {} : { keys: key }),
      run,
    }),
  )
  const yaml = () => view.adjust({ tab: 'yaml' })
  const events = () => view.adjust({ tab: 'events' })
  return [
    ...offered.filter(({ id }) => id !== 'delete'),
    { id: 'yaml', group, title: text.actions.yaml, icon: 'configmaps', keys: 'y', run: yaml },
    { id: 'events', group, title: text.actions.events, icon: 'events', keys: 'e', run: events },
    ...offered.filter(({ id }) => id === 'delete'),
  ]
}

function sectionCommands({ view }: Services, text: Messages): Command[] {
  const group = text.palette.groups.go
  const go = (section: string) => () => view.go({ section, selected: undefined, filter: '', sort: '' })
  return [
    { id: 'go-overview', group, title: text.nav.overview, icon: 'overview', run: go('overview') },
    ...kinds.map(({ id }): Command => ({ id: `go-${id}`, group, title: text.kinds[id], icon: id, run: go(id) })),
  ]
}

function clusterCommands({ clusters, view }: Services, actions: Actions, text: Messages): Command[] {
  const group = text.palette.groups.clusters
  const all = clusters.getState().clusters
  const forEach = all.flatMap((cluster): Command[] => {
    const { name } = cluster
    const list: Command[] = [
      {
        id: `cluster-${name}`,
        group,
        title: text.actions.show(name),
        icon: 'nodes',
        run: () => view.go({ cluster: name, selected: undefined }),
      },
    ]
    const add = (verb: string, icon: IconName, run: () => void) =>
      list.push({ id: `${verb}-${name}`, group, title: `${verb} ${name}`, icon, run })
    if (clusterCan.start(cluster)) add(text.actions.start, 'play', () => void actions.up(name))
    if (clusterCan.pause(cluster)) add(text.actions.pause, 'pause', () => void actions.pause(name))
    if (clusterCan.resume(cluster)) add(text.actions.resume, 'play', () => void actions.resume(name))
    if (clusterCan.stop(cluster))
      add(text.actions.stop, 'stop', () => actions.prompt({ type: 'stop-cluster', cluster }))
    if (clusterCan.read(cluster)) {
      add(text.actions.addContext, 'plus', () => void actions.addContext(name))
      add(text.actions.copyKubeconfig, 'copy', () => void actions.copyKubeconfig(name))
    }
    if (clusterCan.delete(cluster)) {
      add(text.actions.delete, 'trash', () => actions.prompt({ type: 'delete-cluster', cluster }))
    }
    return list
  })
  const create = () => actions.prompt({ type: 'create-cluster' })
  return [...forEach, { id: 'create-cluster', group, title: text.actions.create, icon: 'plus', run: create }]
}

function appCommands({ settings, dock }: Services, actions: Actions, text: Messages): Command[] {
  const group = text.palette.groups.app
  const themes: Theme[] = ['system', 'light', 'dark']
  const languages: Language[] = ['en', 'ko']
  return [
    ...themes.map(
      (theme): Command => ({
        id: `theme-${theme}`,
        group,
        title: text.actions.theme[theme],
        icon: 'eye',
        run: () => settings.setState({ theme }),
      }),
    ),
    ...languages.map(
      (language): Command => ({
        id: `language-${language}`,
        group,
        title: text.actions.language[language],
        icon: 'namespaces',
        run: () => settings.setState({ language }),
      }),
    ),
    { id: 'dock', group, title: text.actions.toggleDock, icon: 'shell', keys: '`', run: () => dock.toggle() },
    {
      id: 'shortcuts',
      group,
      title: text.actions.shortcuts,
      icon: 'command',
      keys: '?',
      run: () => actions.prompt({ type: 'shortcuts' }),
    },
  ]
}
