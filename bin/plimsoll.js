#!/usr/bin/env node
// The command `plimsoll`: runs the built program, or the source of a checkout that is not built yet.
import { existsSync } from 'node:fs'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Plimsoll needs Node.js 20.19 or later; this is ${process.versions.node}. Get a newer one from https://nodejs.org/`)
  process.exit(2)
}

const built = new URL('../dist/plimsoll.js', import.meta.url)
const source = new URL('../src/cli/main.ts', import.meta.url)

if (existsSync(built)) {
  await import(built.href)
} else if (existsSync(source) && existsSync(new URL('../node_modules/tsx/package.json', import.meta.url))) {
  console.error('Not built yet: running from source, which starts more slowly. "npm run build" builds it.')
  const { register } = await import('tsx/esm/api')
  register()
  await import(source.href)
} else {
  console.error('Plimsoll is not installed yet: run "npm start" in its folder, or "npm ci" and "npm run build".')
  process.exit(2)
}
