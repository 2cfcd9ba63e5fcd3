import { Bookmark, X } from 'lucide-react'
import { useState } from 'react'
import { useLocation, useSearch } from 'wouter'
import { Button } from './Button.tsx'
import { Popup } from './Popup.tsx'

interface View {
  name: string
  search: string
}

/** What belongs to every page and not to the view of a list. */
const elsewhere = ['org', 'group', 'as_of', 'known_at', 'rules', 'open']

function read(key: string): View[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return Array.isArray(kept) ? (kept as View[]).filter((each) => typeof each.name === 'string' && typeof each.search === 'string') : []
  } catch {
    return []
  }
}

/** Filters and order of a list under a name, kept in this browser. `list` names the list. */
export function SavedViews({ list }: { list: string }) {
  const key = `plimsoll.views.${list}`
  const [path, navigate] = useLocation()
  const search = useSearch()
  const [views, setViews] = useState(() => read(key))
  const [name, setName] = useState('')
  const keep = (next: View[]) => {
    setViews(next)
    try {
      localStorage.setItem(key, JSON.stringify(next))
    } catch {
      // a browser that keeps nothing has no saved views
    }
  }
  const parts = (own: boolean, text: string) => {
    const params = new URLSearchParams(text)
    for (const each of new Set(params.keys())) if (elsewhere.includes(each) === own) params.delete(each)
    return params
  }
  const show = (view: View) => {
    const params = parts(false, search)
    for (const [each, value] of parts(true, view.search)) params.append(each, value)
    navigate(params.size ? `${path}?${params}` : path)
  }
  return (
    <Popup
      label="Saved views"
      align="end"
      trigger={
        <>
          <Bookmark size={14} aria-hidden />
          Views
        </>
      }
    >
      <div className="w-64">
        {views.length === 0 && <p className="px-2 py-1.5 text-ink-3">No view is saved in this browser yet.</p>}
        {views.map((view) => (
          <div key={view.name} className="flex items-center">
            <button
              type="button"
              className="min-w-0 flex-1 truncate rounded-md px-2 py-1.5 text-left hover:bg-hover"
              onClick={() => show(view)}
            >
              {view.name}
            </button>
            <Button look="quiet" aria-label={`Forget ${view.name}`} onClick={() => keep(views.filter((each) => each.name !== view.name))}>
              <X size={14} aria-hidden />
            </Button>
          </div>
        ))}
        <form
          className="mt-1 flex gap-1 border-t border-line pt-1.5"
          onSubmit={(event) => {
            event.preventDefault()
            if (!name.trim()) return
            keep([...views.filter((each) => each.name !== name.trim()), { name: name.trim(), search: parts(true, search).toString() }])
            setName('')
          }}
        >
          <input
            aria-label="Name of the view"
            placeholder="Name this view"
            value={name}
            maxLength={60}
            onChange={(event) => setName(event.target.value)}
            className="h-8 min-w-0 flex-1 rounded-md border border-line-strong bg-surface px-2 text-sm placeholder:text-ink-3"
          />
          <Button type="submit">Save</Button>
        </form>
      </div>
    </Popup>
  )
}
