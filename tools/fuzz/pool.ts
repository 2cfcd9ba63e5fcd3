import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Problem, Verdict } from './judge.ts'
import type { Answer, Question } from './worker.ts'

/** After so many milliseconds without an answer an input is tried once more, by a new process and for longer: a busy machine only delays it. */
const DELAYED = 30_000
/** Without an answer by then it hangs. What answers before is judged by the processor time that it took. */
const HANGS = 180_000

const hang = (question: Question): Problem => ({
  kind: 'hang',
  signature: 'hang',
  detail: `${'index' in question ? `input ${question.index}` : 'the input'} gave no answer within ${HANGS / 1000} s`,
})

/** A process that reads inputs. It is started anew when it hangs or dies: nothing that an input does ends the run. */
export class Worker {
  private child: ChildProcess | null = null
  private readonly args: string[]

  constructor(seed: number, real: boolean, format: string | null) {
    this.args = [String(seed), real ? 'real' : 'samples', format ?? '']
  }

  async ask(question: Question, limit = DELAYED): Promise<Verdict> {
    const child = (this.child ??= await this.start())
    return new Promise((resolve) => {
      const end = (verdict: Verdict) => {
        clearTimeout(timer)
        child.off('message', told).off('exit', died)
        resolve(verdict)
      }
      const told = (answer: Answer) => 'verdict' in answer && end(answer.verdict)
      const died = (code: number | null, signal: string | null) => {
        this.child = null
        const detail = `the process ended with ${signal ?? code}, probably for want of memory`
        end({ format: null, code: null, problem: { kind: 'crash', signature: `the process ended with ${signal ?? code}`, detail } })
      }
      const timer = setTimeout(() => {
        child.off('exit', died)
        this.stop()
        if (limit < HANGS) void this.ask(question, HANGS).then(end)
        else end({ format: null, code: null, problem: hang(question) })
      }, limit)
      child.on('message', told).on('exit', died)
      child.send(question)
    })
  }

  private async start(): Promise<ChildProcess> {
    const child = fork(join(import.meta.dirname, 'worker.ts'), this.args, {
      execArgv: ['--import', 'tsx', '--max-old-space-size=1024'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve())
      child.once('error', reject)
      child.once('exit', (code) => reject(new Error(`the worker ended with ${code} before it began`)))
    })
    child.removeAllListeners('exit').removeAllListeners('error')
    child.on('error', () => {}) // its end is told by exit
    return child
  }

  stop(): void {
    this.child?.kill('SIGKILL')
    this.child = null
  }

  /** Lets it clean up and ends it. */
  async close(): Promise<void> {
    const { child } = this
    if (!child) return
    this.child = null
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
      child.once('exit', () => {
        clearTimeout(timer)
        resolve()
      })
      child.disconnect()
    })
  }
}
