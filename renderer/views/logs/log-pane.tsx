import { useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { resources } from '../../../shared/api/resources.ts'
import { useLiveList, useText } from '../../app/hooks.ts'
import { useServices } from '../../app/services.ts'
import type { DockTab } from '../../stores/dock-store.ts'
import { scheduleFrame } from '../../stores/frame.ts'
import { Picker } from '../../ui/picker.tsx'
import { CopyButton } from '../details/copy-button.tsx'
import { containerNames } from '../pods/pod-state.ts'
import { plainText } from './ansi.ts'
import { findLines } from './log-buffer.ts'
import { LogLines } from './log-lines.tsx'
import { LogSearch } from './log-search.tsx'
import { LogStream } from './log-stream.ts'

/** The live log of one container: follow, search, timestamps, wrapping, the run before. */
export function LogPane({ tab }: { tab: DockTab }) {
  const [previous, setPrevious] = useState(false)
  const { connection } = useServices()
  const [log, setLog] = useState<LogStream>()
  useEffect(() => {
    const stream = new LogStream(connection, { ...tab, previous }, scheduleFrame)
    setLog(stream)
    return () => stream.dispose()
  }, [connection, tab, previous])
  return log === undefined ? null : <LogOf tab={tab} log={log} previous={previous} onPrevious={setPrevious} />
}

interface LogOfProps {
  readonly tab: DockTab
  readonly log: LogStream
  readonly previous: boolean
  onPrevious(previous: boolean): void
}

function LogOf({ tab, log, previous, onPrevious }: LogOfProps) {
  const text = useText()
  const { lines, phase, failure } = useStore(log.store)
  const [follow, setFollow] = useState(true)
  const [timestamps, setTimestamps] = useState(false)
  const [wrap, setWrap] = useState(false)
  const [query, setQuery] = useState('')
  const [match, setMatch] = useState(0)
  const matches = useMemo(() => findLines(lines, query, plainText), [lines, query])
  const current =
    matches.length === 0 ? undefined : matches[((match % matches.length) + matches.length) % matches.length]
  const copied = useMemo(() => lines.map((line) => plainText(line.text)).join('\n'), [lines])
  return (
    <div className="log">
      <div className="log-bar">
        <ContainerPicker tab={tab} />
        <LogSearch
          query={query}
          count={matches.length}
          at={matches.length === 0 ? 0 : matches.indexOf(current ?? 0) + 1}
          onQuery={(next) => {
            setQuery(next)
            setMatch(-1)
            setFollow(next === '')
          }}
          onStep={(step) => {
            setMatch(match + step)
            setFollow(false)
          }}
        />
        <span className="log-space" />
        <Toggle label={text.logs.follow} on={follow} onChange={setFollow} />
        <Toggle label={text.logs.timestamps} on={timestamps} onChange={setTimestamps} />
        <Toggle label={text.logs.wrap} on={wrap} onChange={setWrap} />
        <Toggle label={text.logs.previous} on={previous} onChange={onPrevious} />
        <button type="button" className="toggle" onClick={() => log.clear()}>
          {text.logs.clear}
        </button>
        <CopyButton text={copied} what={text.dock.logs(tab.pod)} />
      </div>
      <LogLines
        lines={lines}
        timestamps={timestamps}
        wrap={wrap}
        follow={follow}
        query={query}
        current={current}
        onFollow={setFollow}
      />
      <div className="log-foot faint" role="status">
        {text.logs.lines(lines.length)}
        {phase === 'waiting' ? ` · ${text.logs.reconnecting}` : phase === 'ended' ? ` · ${text.logs.ended}` : ''}
        {failure === '' ? '' : ` · ${failure}`}
      </div>
    </div>
  )
}

function ContainerPicker({ tab }: { tab: DockTab }) {
  const { dock } = useServices()
  const text = useText()
  const { objects } = useLiveList(tab.cluster, resources.pods)
  const pod = objects.get(`${tab.namespace}/${tab.pod}`)
  const names = pod === undefined ? [tab.container] : containerNames(pod)
  return (
    <Picker
      label={text.logs.container}
      value={tab.container}
      options={names.map((name) => ({ value: name, label: name }))}
      onPick={(name) => dock.switchContainer(tab.id, name)}
    />
  )
}

function Toggle({ label, on, onChange }: { label: string; on: boolean; onChange(on: boolean): void }) {
  return (
    <button type="button" className="toggle" aria-pressed={on} onClick={() => onChange(!on)}>
      {label}
    </button>
  )
}
