import { Menu } from '@base-ui/react/menu'
import { Columns3, Download, SquareTerminal } from 'lucide-react'
import { useState } from 'react'
import { readAll } from '../api.ts'
import { useMoment } from '../address.ts'
import { count } from '../format.ts'
import { buttonLook } from './Button.tsx'
import { Choice } from './Choice.tsx'
import { Popup, popupLook } from './Popup.tsx'
import { useHiddenColumns } from './columns.ts'
import { csvOf } from './csv.ts'

const item = 'flex cursor-pointer items-center gap-2 rounded-md px-2.5 py-1.5 text-sm outline-none select-none data-[highlighted]:bg-hover'

function save(name: string, parts: string[], type: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob(parts, { type }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** What can be done with a whole list: choose columns, export all pages, copy how to ask for it outside the browser. */
export function ListTools({
  label,
  columns,
  address,
  command,
}: {
  label: string
  columns?: readonly { id: string; title: string; hidden?: boolean; width?: number }[]
  /** Of the list, with its filters and order. */
  address: string
  /** The command that answers the same, where there is one: organisation and day are added. */
  command?: string
}) {
  const [said, setSaid] = useState('')
  const { org, as_of, known_at, rules } = useMoment()
  const line =
    command &&
    `${command}${org ? ` --org ${org}` : ''}${as_of ? ` --as-of ${as_of}` : ''}${known_at ? ` --known-at ${known_at}` : ''}${rules ? ` --rules ${rules}` : ''} --json`
  const name = label.toLowerCase().replaceAll(/\W+/g, '-')
  const exportAs = async (format: 'csv' | 'json') => {
    try {
      const pages: Record<string, unknown>[] = []
      for await (const page of readAll(address)) {
        pages.push(...page)
        setSaid(`Reading … ${count(pages.length)} rows`)
      }
      if (format === 'csv') save(`${name}.csv`, ['\uFEFF', csvOf(pages)], 'text/csv')
      else save(`${name}.json`, [JSON.stringify(pages, null, 1)], 'application/json')
      setSaid(`${count(pages.length)} rows exported`)
    } catch (error) {
      setSaid(error instanceof Error ? error.message : String(error))
    }
    setTimeout(() => setSaid(''), 4000)
  }
  const copy = async (text: string, what: string) => {
    await navigator.clipboard.writeText(text)
    setSaid(`${what} copied`)
    setTimeout(() => setSaid(''), 2500)
  }
  return (
    <>
      <output className="text-xs text-ink-3">{said}</output>
      {columns && <ColumnMenu label={label} columns={columns} />}
      <Menu.Root>
        <Menu.Trigger className={buttonLook('plain')}>
          <Download size={14} aria-hidden />
          Export
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner sideOffset={6} align="end" className="z-50">
            <Menu.Popup className={popupLook}>
              <Menu.Item className={item} onClick={() => void exportAs('csv')}>
                All rows as CSV
              </Menu.Item>
              <Menu.Item className={item} onClick={() => void exportAs('json')}>
                All rows as JSON
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <Menu.Root>
        <Menu.Trigger className={buttonLook('plain')}>
          <SquareTerminal size={14} aria-hidden />
          Copy as
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner sideOffset={6} align="end" className="z-50">
            <Menu.Popup className={popupLook}>
              <Menu.Item className={item} onClick={() => void copy(new URL(address, window.location.origin).href, 'API address')}>
                API address
              </Menu.Item>
              <Menu.Item
                className={item}
                onClick={() => void copy(`curl '${new URL(address, window.location.origin).href.replaceAll("'", '%27')}'`, 'curl command')}
              >
                curl command
              </Menu.Item>
              {line && (
                <Menu.Item className={item} onClick={() => void copy(line, 'Command line')}>
                  Command line: <code className="font-mono text-xs text-ink-2">{line}</code>
                </Menu.Item>
              )}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </>
  )
}

function ColumnMenu({
  label,
  columns,
}: {
  label: string
  columns: readonly { id: string; title: string; hidden?: boolean; width?: number }[]
}) {
  const { hidden: shown, show } = useHiddenColumns(label, columns)
  return (
    <Popup
      label="Columns"
      align="end"
      trigger={
        <>
          <Columns3 size={14} aria-hidden />
          Columns
        </>
      }
    >
      <div className="min-w-48">
        {columns
          .filter((column) => column.width !== undefined)
          .map((column) => (
            <Choice key={column.id} checked={shown[column.id] ?? true} onChange={(checked) => show(column.id, checked)}>
              {column.title}
            </Choice>
          ))}
      </div>
    </Popup>
  )
}
