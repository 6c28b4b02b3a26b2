import { readFileSync, writeFileSync } from 'node:fs'
import type { Rectangle } from 'electron'

const DEFAULT = { width: 1280, height: 800 }

/** The window's last place and size; the default where none or no good one was kept. */
export function readWindowState(file: string): Partial<Rectangle> {
  try {
    const { x, y, width, height } = JSON.parse(readFileSync(file, 'utf8')) as Rectangle
    const usable = [x, y, width, height].every(Number.isInteger) && width >= 720 && height >= 480
    return usable ? { x, y, width, height } : DEFAULT
  } catch {
    // First start, or a file cut short by a crash: neither is worth more than the default place.
    return DEFAULT
  }
}

export function saveWindowState(file: string, bounds: Rectangle): void {
  writeFileSync(file, JSON.stringify(bounds), { mode: 0o600 })
}
