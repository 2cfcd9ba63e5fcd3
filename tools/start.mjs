// npm start: installs what is missing, builds what has changed, starts the server. Arguments go to `plimsoll serve`.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { install, root } from './install.mjs'
import { buildIfNeeded } from './build.mjs'

install()
await buildIfNeeded()

const server = spawn(process.execPath, [join(root, 'bin', 'plimsoll.js'), 'serve', ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // Ctrl+C in a terminal reaches the server by itself; twice would look like impatience.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) server.kill(signal)
  })
}
server.on('error', (error) => {
  console.error(`The server could not be started: ${error.message}`)
  process.exit(1)
})
server.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 15)))
