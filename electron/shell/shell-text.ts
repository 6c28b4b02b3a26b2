import type { ClusterPhase } from '../../shared/ipc/contract.ts'

/** The words of the tray and the menus of the shell. */
export interface ShellText {
  readonly openWindow: string
  readonly open: string
  readonly start: string
  readonly stop: string
  readonly create: string
  readonly quit: string
  readonly restartEngine: { readonly question: string; readonly restart: string; readonly quit: string }
  readonly phases: Readonly<Record<ClusterPhase, string>>
}

const english: ShellText = {
  openWindow: 'Open Slipway',
  open: 'Open',
  start: 'Start',
  stop: 'Stop',
  create: 'Create cluster dev',
  quit: 'Quit Slipway (pods keep running)',
  restartEngine: { question: 'Restart the running engine?', restart: 'Restart engine', quit: 'Quit' },
  phases: {
    stopped: 'stopped',
    starting: 'starting',
    running: 'running',
    paused: 'paused',
    stopping: 'stopping',
    failed: 'failed',
  },
}

const korean: ShellText = {
  openWindow: 'Slipway 열기',
  open: '열기',
  start: '시작',
  stop: '중지',
  create: 'dev 클러스터 만들기',
  quit: 'Slipway 종료 (파드는 계속 실행됨)',
  restartEngine: { question: '실행 중인 엔진을 다시 시작할까요?', restart: '엔진 다시 시작', quit: '종료' },
  phases: {
    stopped: '중지됨',
    starting: '시작 중',
    running: '실행 중',
    paused: '일시 정지됨',
    stopping: '중지 중',
    failed: '실패',
  },
}

export function shellText(locale: string): ShellText {
  return locale.toLowerCase().startsWith('ko') ? korean : english
}
