import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dropOldUploads, keepUpload } from './uploads.ts'

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'plimsoll-uploads-'))
})
afterEach(() => rmSync(data, { recursive: true, force: true }))
const left = () => readdirSync(join(data, 'uploads'))

describe('keepUpload', () => {
  it('keeps the bytes as they are', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 200])
    const { path, bytes: count } = await keepUpload(data, Readable.from([bytes.subarray(0, 2), bytes.subarray(2)]), 5)
    expect(readFileSync(path)).toEqual(bytes)
    expect(count).toBe(5)
  })
  it('keeps an empty file', async () => {
    expect((await keepUpload(data, Readable.from([]))).bytes).toBe(0)
  })
  it('refuses what is too large and leaves nothing', async () => {
    await expect(keepUpload(data, Readable.from([Buffer.alloc(4), Buffer.alloc(2)]), 5)).rejects.toMatchObject({
      code: 'too_large',
      status: 413,
    })
    expect(left()).toEqual([])
  })
  it('leaves nothing when the sender goes away', async () => {
    const body = new Readable({ read() {} })
    body.push('half')
    setImmediate(() => body.destroy(new Error('gone')))
    await expect(keepUpload(data, body)).rejects.toMatchObject({ code: 'upload_broken' })
    expect(left()).toEqual([])
  })
})

describe('dropOldUploads', () => {
  it('removes what is older than a day, and nothing when there is no folder', async () => {
    await dropOldUploads(data)
    mkdirSync(join(data, 'uploads', 'old-folder'), { recursive: true })
    for (const name of ['old', 'new']) writeFileSync(join(data, 'uploads', name), 'x')
    const before = Date.now() / 1000 - 90_000
    for (const name of ['old', 'old-folder']) utimesSync(join(data, 'uploads', name), before, before)
    await dropOldUploads(data)
    expect(left()).toEqual(['new'])
  })
})
