import type { ClusterPhase } from '../../shared/ipc/contract.ts'

/** The words of the tray and the menus of the shell. */
export interface TrayText {
  readonly openWindow: string
  readonly open: string
  readonly start: string
  readonly stop: string
  readonly create: string
  readonly quit: string
  readonly phases: Readonly<Record<ClusterPhase, string>>
}

const english: TrayText = {
  openWindow: 'Open Slipway',
  open: 'Open',
  start: 'Start',
  stop: 'Stop',
  create: 'Create cluster dev',
  quit: 'Quit Slipway (pods keep running)',
  phases: {
    stopped: 'stopped',
    starting: 'starting',
    running: 'running',
    paused: 'paused',
    stopping: 'stopping',
    failed: 'failed',
  },
}

const korean: TrayText = {
  openWindow: 'Slipway 열기',
  open: '열기',
  start: '시작',
  stop: '중지',
  create: 'dev 클러스터 만들기',
  quit: 'Slipway 종료 (파드는 계속 실행됨)',
  phases: {
    stopped: '중지됨',
    starting: '시작 중',
    running: '실행 중',
    paused: '일시 정지됨',
    stopping: '중지 중',
    failed: '실패',
  },
}

export function trayText(locale: string): TrayText {
  return locale.toLowerCase().startsWith('ko') ? korean : english
}
