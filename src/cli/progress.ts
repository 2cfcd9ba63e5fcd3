import type { Context } from './command.ts'

/** One line that is drawn over on a terminal; elsewhere only what is done is told, a line each. */
export interface ProgressLine {
  /** What goes on now; drawn at most ten times a second. */
  show(text: string): void
  /** What is done: stays. */
  done(text: string): void
}

const WIDTH = 24

export function progressLine(context: Context): ProgressLine {
  let last = 0
  const wipe = () => (context.terminal ? process.stderr.write('\r\u001b[K') : true)
  return {
    show(text) {
      const now = performance.now()
      if (!context.terminal || now - last < 100) return
      last = now
      process.stderr.write(`\r\u001b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`)
    },
    done(text) {
      wipe()
      context.tell(text)
    },
  }
}

/** A bar for a share 0–1. */
export const bar = (share: number): string => {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * WIDTH)
  return `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${String(Math.round(share * 100)).padStart(3)} %`
}
