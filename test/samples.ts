import { join } from 'node:path'
import type { Importer } from '../src/ingest/importer.ts'
import { openBytes, openFile, type OpenFile } from '../src/ingest/readers/file.ts'
import type { FileRecord } from '../src/model/record.ts'

async function collect(importer: Importer, { source }: OpenFile): Promise<FileRecord[]> {
  const records: FileRecord[] = []
  for await (const record of importer.parse(source, {})) records.push(record)
  return records
}

/** What an importer makes of one of its samples; throws when it does not recognise it. `folder` is the importer's. */
export async function sampleRecords(importer: Importer, folder: string, name: string): Promise<FileRecord[]> {
  const file = await openFile(join(folder, 'samples', name))
  if (!importer.detect(file.head)) throw new Error(`${importer.id} does not recognise its sample ${name}`)
  return collect(importer, file)
}

/** What an importer makes of a text, or of a value written as JSON, whether it recognises it or not. */
export async function recordsOf(importer: Importer, content: string | object | null): Promise<FileRecord[]> {
  return collect(importer, await openBytes('x', Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))))
}

/** The records of one kind. */
export const of = <K extends FileRecord['kind']>(records: FileRecord[], kind: K): Extract<FileRecord, { kind: K }>[] =>
  records.filter((record): record is Extract<FileRecord, { kind: K }> => record.kind === kind)
