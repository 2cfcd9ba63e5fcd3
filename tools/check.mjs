// npm run check: everything that can be wrong without running the program. One line per check; what is wrong stands under its line.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { install, root } from './install.mjs'

/** @type {(program: string) => string} */
const bin = (program) => join(root, 'node_modules', program)

/** Each check is a Node program; exit code 0 = fine. Only those whose `needs` are there are run. */
const checks = [
  { name: 'imports', args: ['tools/imports.mjs'] },
  { name: 'lint', args: [bin('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings', '--quiet'] },
  { name: 'format', args: [bin('oxfmt/bin/oxfmt'), '--check'] },
  { name: 'types', args: [bin('typescript/bin/tsc'), '--noEmit', '-p', '.'] },
  { name: 'types of web', args: [bin('typescript/bin/tsc'), '--noEmit', '-p', 'web'], needs: 'web/tsconfig.json' },
  { name: 'unused', args: [bin('knip/bin/knip.js'), '--no-progress', '--no-config-hints'] },
  { name: 'generated files', args: ['tools/generate.mjs', '--check'] },
]

/**
 * Runs one check and prints its line.
 * @param {{name: string, args: string[]}} check
 * @returns {Promise<boolean>} whether all is fine
 */
async function perform({ name, args }) {
  const started = performance.now()
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
  const fine = await new Promise((resolve) => {
    child.once('error', (error) => {
      said += error.message
      resolve(false)
    })
    child.once('close', (code) => resolve(code === 0))
  })
  console.log(`${fine ? 'ok    ' : 'FAILED'} ${name.padEnd(16)} ${((performance.now() - started) / 1000).toFixed(1)} s`)
  if (!fine) console.log(said.trim().replace(/^/gm, '    '))
  return fine
}

install()
let failures = 0
for (const check of checks) {
  if (check.needs && !existsSync(join(root, check.needs))) continue
  if (!(await perform(check))) failures++
}
console.log(failures === 0 ? 'All checks passed' : `${failures} of ${checks.length} checks failed`)
process.exitCode = failures === 0 ? 0 : 1
