import { describe, expect, test, vi } from 'vitest'
import type { ClusterPhase, ClusterSummary } from '../../shared/ipc/contract.ts'

vi.mock('electron', () => ({ Menu: {}, Tray: class {}, nativeImage: {} }))
const { trayMenu } = await import('./tray.ts')
const { shellText } = await import('./shell-text.ts')

function cluster(name: string, phase: ClusterPhase): ClusterSummary {
  const rest = {
    uid: '',
    message: '',
    nodes: 1,
    server: undefined,
    httpPort: undefined,
    kubernetesVersion: 'v1.36',
    createdAt: '',
  }
  return { name, phase, ...rest }
}

/** "dev (running): Open, -Start, Stop" where "-" is disabled. */
function lines(clusters: readonly ClusterSummary[], locale = 'en'): string[] {
  const nothing = () => undefined
  const actions = { open: nothing, start: nothing, stop: nothing, create: nothing, quit: nothing }
  return trayMenu(clusters, shellText(locale), actions).map(({ label, type, submenu }) => {
    if (type === 'separator') return '---'
    if (!Array.isArray(submenu)) return label ?? ''
    return `${label}: ${submenu.map((item) => `${item.enabled === false ? '-' : ''}${item.label}`).join(', ')}`
  })
}

describe('the tray menu', () => {
  test('offers for each cluster what can be done with it', () => {
    expect(lines([cluster('dev', 'running'), cluster('old', 'stopped'), cluster('new', 'starting')])).toEqual([
      'Open Slipway',
      '---',
      'dev (running): Open, -Start, Stop',
      'old (stopped): -Open, Start, -Stop',
      'new (starting): -Open, -Start, -Stop',
      '---',
      'Quit Slipway (pods keep running)',
    ])
  })

  test('offers to create the first cluster', () => {
    expect(lines([])).toContain('Create cluster dev')
  })

  test('speaks Korean', () => {
    expect(lines([cluster('dev', 'running')], 'ko-KR')).toContain('dev (실행 중): 열기, -시작, 중지')
  })
})
