import { Copy, ImageDown } from 'lucide-react'
import { useState } from 'react'
import { addressOf, useAsk } from '../../api.ts'
import { useMoment } from '../../address.ts'
import { Button, buttonLook } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'

/** A PNG of an SVG at twice its size, for slides and mails that take no SVG. */
async function pngOf(address: string): Promise<Blob> {
  const picture = new Image()
  picture.src = address
  await picture.decode()
  const canvas = document.createElement('canvas')
  canvas.width = picture.naturalWidth * 2
  canvas.height = picture.naturalHeight * 2
  canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('this browser makes no PNG'))), 'image/png')
  })
}

/** The story of a score over a range: as text to copy and as a picture to save. The numbers are those of the explanation. */
export function StoryView({ query }: { query: Record<string, string> }) {
  const moment = useMoment()
  const { data, error, refetch } = useAsk('/api/v1/story', { query: query as never })
  const [said, setSaid] = useState('')
  const tell = (text: string) => {
    setSaid(text)
    setTimeout(() => setSaid(''), 2500)
  }
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading className="h-96" />
  const picture = addressOf('/api/v1/story.svg', {}, { ...moment, ...query })
  const copy = async (text: string, what: string) => {
    await navigator.clipboard.writeText(text)
    tell(`${what} copied`)
  }
  const copyRich = async () => {
    await navigator.clipboard.write([
      new ClipboardItem({
        'text/html': new Blob([data.html], { type: 'text/html' }),
        'text/plain': new Blob([data.plain], { type: 'text/plain' }),
      }),
    ])
    tell('Copied: paste it into a mail')
  }
  const savePng = async () => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(await pngOf(picture))
    link.download = 'story.png'
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  }
  return (
    <div className="grid grid-cols-12 gap-4">
      <Card
        title="In words"
        className="col-span-12 xl:col-span-6"
        aside={
          <>
            <output className="text-xs text-ink-3">{said}</output>
            <Button look="quiet" onClick={() => void copyRich()}>
              <Copy size={14} aria-hidden />
              For a mail
            </Button>
            <Button look="quiet" onClick={() => void copy(data.plain, 'Plain text')}>
              Plain
            </Button>
            <Button look="quiet" onClick={() => void copy(data.markdown, 'Markdown')}>
              Markdown
            </Button>
          </>
        }
      >
        <StoryText text={data.plain} />
      </Card>
      <Card
        title="As a picture"
        className="col-span-12 xl:col-span-6"
        aside={
          <>
            <a href={picture} download="story.svg" className={buttonLook('quiet')}>
              <ImageDown size={14} aria-hidden />
              SVG
            </a>
            <Button look="quiet" onClick={() => void savePng()}>
              PNG
            </Button>
          </>
        }
      >
        <img src={picture} alt={data.headline} className="w-full rounded border border-line" />
      </Card>
    </div>
  )
}

/** Plain text with its headline, headings and lists dressed. */
function StoryText({ text }: { text: string }) {
  const [headline = '', ...sections] = text.trim().split('\n\n')
  return (
    <div className="flex max-w-[46rem] flex-col gap-3 text-sm">
      <p className="text-base font-semibold">{headline}</p>
      {sections.map((section) => {
        const [title = '', ...lines] = section.split('\n')
        return (
          <div key={title}>
            <h3 className="font-semibold">{title}</h3>
            <ul className="mt-0.5 list-disc pl-5 text-ink-2">
              {lines.map((line) => (
                <li key={line} className="break-words">
                  {line.replace(/^- /, '')}
                </li>
              ))}
            </ul>
          </div>
        )
      })}
    </div>
  )
}
