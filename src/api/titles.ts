import { feeds, importers } from '../ingest/importers.ts'

const titles = new Map([...importers, ...feeds].map(({ id, title }) => [id, title]))

/** How people call a format; null when this program does not know it. */
export const titleOf = (format: string | null): string | null => (format === null ? null : (titles.get(format) ?? null))
