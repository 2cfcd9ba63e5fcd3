import { FileUp, Upload as UploadIcon } from 'lucide-react'
import { useRef, useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { UploadRow } from './UploadRow.tsx'
import { useUploads } from './uploads.ts'

/** Files dropped or chosen here are imported, each with its progress and what came of it. */
export function DropZone({ org, into }: { org: string; into: string }) {
  const { uploads, add, say, clear } = useUploads(org)
  const [over, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  return (
    <section aria-label="Import" className="flex flex-col gap-3">
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- dropping is for the mouse; the button does the same for all */}
      <div
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          add(event.dataTransfer.files)
        }}
        className={`flex flex-wrap items-center justify-center gap-x-5 gap-y-3 rounded-lg border border-dashed px-6 py-6 ${over ? 'border-accent bg-accent-soft' : 'border-line-strong bg-surface'}`}
      >
        <FileUp size={26} className="text-ink-3" aria-hidden />
        <div className="max-w-xl text-sm">
          <p className="font-medium">Drop reports and feeds here</p>
          <p className="text-ink-3">
            Trivy, Grype, Nessus, Qualys, Prowler, SARIF, CycloneDX, Defender, Secure Score and more, also many in a zip or tar archive;
            what it is, is found out from the content. {into}
          </p>
        </div>
        <Button look="primary" onClick={() => input.current?.click()}>
          <UploadIcon size={14} aria-hidden />
          Choose files
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          tabIndex={-1}
          aria-label="Files to import"
          className="sr-only"
          onChange={(event) => {
            add([...(event.target.files ?? [])])
            event.target.value = ''
          }}
        />
      </div>
      {uploads.length > 0 && (
        <div className="rounded-lg border border-line bg-surface">
          <div className="flex items-center justify-between px-4 pt-2.5 text-sm">
            <h2 className="font-semibold">Files</h2>
            <Button look="quiet" onClick={clear}>
              Clear finished
            </Button>
          </div>
          <ul className="divide-y divide-line px-4 pb-1">
            {uploads.map((upload) => (
              <UploadRow key={upload.id} upload={upload} say={(said) => say(upload.id, said)} />
            ))}
          </ul>
        </div>
      )}
    </section>
  )
}
