const root='/work/main'
const { loadCatalog } = await import(root+'/src/insights/catalog.ts')
const { readFileSync } = await import('node:fs')
const c = loadCatalog(); let k=0
for (const line of readFileSync('/tmp/controls.txt','utf8').trim().split('\n')) {
  if (!process.argv.slice(2).some(p=>line.startsWith(p))) continue
  const [control_id, title, category, fw] = line.split(' | ')
  const frameworks = (fw??'').split(' ').filter(Boolean).map(x=>{const i=x.lastIndexOf(':');return {framework:x.slice(0,i),requirement:x.slice(i+1)}})
  const got = [...c.objectives.values()].filter(o=>o.pursues({control_id:control_id!,title,category:category??null,frameworks})).map(o=>o.id)
  console.log(got.join(',')+' <= '+line.slice(0,170))
}
