// The first screen once more, written by hand in Preact: header, points with their lots, the catalogue's first page. Same
// markup, same sheet, same questions to the same API; the yardstick of `cargo xtask bench embed`, and nothing else.
//
// It can do less than the widget: one language, no redemption, no locker, no history, no help. What it paints first is the
// same, and of the catalogue it draws as few cards at first as the widget does.
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const DAY_MS = 86_400_000;
const CARDS_FIRST = 12;
const token = JSON.parse(sessionStorage.getItem('tukar.session'));
const numbers = new Intl.NumberFormat('id');
const number = (value) => numbers.format(value);
const zone = { timeZone: 'Asia/Jakarta' };
const days = new Intl.DateTimeFormat('id', { dateStyle: 'medium', ...zone });
const moments = new Intl.DateTimeFormat('id', { dateStyle: 'medium', timeStyle: 'short', ...zone });
const times = new Intl.DateTimeFormat('id', { timeStyle: 'short', ...zone });
const months = new Intl.DateTimeFormat('id', { month: 'short' });
const date = (at) => days.format(new Date(at));

async function ask(path) {
  const headers = { accept: 'application/json', 'accept-language': 'id' };
  if (token) headers.authorization = `Bearer ${token}`;
  return (await fetch(path, { headers })).json();
}

// All that the screen needs is asked for at once, before anything is drawn.
const asked = {
  programme: ask('/v1/programme'),
  page: ask('/v1/rewards?limit=60'),
  me: token && ask('/v1/me'),
  balance: token && ask('/v1/me/balance'),
  standing: token && ask('/v1/me/eligibility'),
};

function useAnswer(name) {
  const [answer, setAnswer] = useState();
  useEffect(() => {
    asked[name]?.then(setAnswer);
  }, []);
  return answer;
}

function left(at, now) {
  const minutes = Math.max(0, Math.floor((new Date(at) - now) / 60_000));
  if (minutes < 60) return `${minutes} m`;
  if (minutes < 2 * 1440) return `${Math.floor(minutes / 60)} j ${minutes % 60} m`;
  return `${Math.floor(minutes / 1440)} hari`;
}

function Header() {
  const programme = useAnswer('programme');
  const me = useAnswer('me');
  const tab = (name, path, current) => (
    <button class="shell__tab" type="button" aria-current={current && 'page'}>
      <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
        <path d={path} />
      </svg>
      {name}
    </button>
  );
  return (
    <header>
      <div class="shell__bar">
        <p class="shell__name">
          <svg class="shell__mark" viewBox="0 0 28 28" aria-hidden="true">
            <rect width="28" height="28" rx="8" fill="currentColor" />
            <path d="M8 11h11l-3-3m4 9H9l3 3" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
          </svg>
          {programme?.name ?? 'Tukar Poin'}
        </p>
        <div class="shell__tools">
          {me && <span class="shell__who"><b>{me.name}</b> · {me.tier_label}</span>}
          <button class="icon-button" type="button" lang="en" aria-label="EN, English">EN</button>
          <button class="icon-button" type="button">{token ? 'Keluar' : 'Masuk'}</button>
        </div>
      </div>
      <nav class="shell__tabs" aria-label="Bagian">
        {tab('Hadiah', 'M4.5 11.5h15V19a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1zM3.5 8h17v3.5h-17zM12 8v12M12 8c-4.5 0-5-4-2.8-4S12 8 12 8zm0 0c4.5 0 5-4 2.8-4S12 8 12 8z', true)}
        {tab('Voucher saya', 'M4 7.5a1 1 0 0 1 1-1h14a1 1 0 0 1 1 1v2.3a2.3 2.3 0 0 0 0 4.4v2.3a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-2.3a2.3 2.3 0 0 0 0-4.4zM14.5 7v1.5M14.5 11.2v1.6M14.5 15.5V17')}
        {tab('Riwayat', 'M8.5 7h11M8.5 12h11M8.5 17h11M4.5 7h.01M4.5 12h.01M4.5 17h.01')}
        {tab('Bantuan', 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM9.8 9.6a2.3 2.3 0 1 1 3.3 2.2c-.8.4-1.1.8-1.1 1.7M12 16.5h.01')}
      </nav>
    </header>
  );
}

function Chart({ ends }) {
  const highest = Math.max(1, ...ends.map((end) => end.points));
  return (
    <section class="balance__part">
      <h3 class="balance__heading">Poin yang hangus per bulan</h3>
      <ol class="chart" aria-hidden="true">
        {ends.slice(0, 8).map(({ month, points }) => (
          <li class="chart__bar" title={`${month}: ${number(points)} poin`}>
            <span class="chart__room"><span class="chart__fill" style={`block-size:${Math.max(4, Math.floor((points * 100) / highest))}%`} /></span>
            <span class="chart__month">{months.format(new Date(month))}</span>
          </li>
        ))}
      </ol>
      <details class="chart-table">
        <summary>Lihat sebagai tabel</summary>
        <table>
          <thead><tr><th scope="col">Bulan</th><th scope="col">Poin</th></tr></thead>
          <tbody>{ends.map(({ month, points }) => <tr><th scope="row">{month}</th><td>{number(points)}</td></tr>)}</tbody>
        </table>
      </details>
    </section>
  );
}

function Lot({ lot, now }) {
  const near = lot.ends_at && new Date(lot.ends_at) - now < 2 * DAY_MS ? '--near' : '';
  return (
    <li class={near ? 'lot lot--near' : 'lot'}>
      <span class="lot__source">{lot.source}</span>
      <span class="lot__points">{number(lot.pending ? lot.granted : lot.available)}</span>
      <span class="lot__ends" title={lot.ends_at && moments.format(new Date(lot.ends_at))}>{lot.ends_at ? `berlaku s.d. ${date(lot.ends_at)}` : 'tidak hangus'}</span>
      {lot.ends_at && <span class={near ? 'lot__in lot__in--near' : 'lot__in'}>{left(lot.ends_at, now)} lagi</span>}
      <span class="lot__earned"><span>diterima {date(lot.earned_at)}</span>{lot.pending && <span class="lot__tag">akan masuk</span>}</span>
    </li>
  );
}

function Balance() {
  const points = useAnswer('balance');
  const [all, setAll] = useState(false);
  const now = new Date(points?.server_time ?? 0);
  const bones = () => (
    <div class="balance__bones" aria-busy="true"><span class="bone" /><span class="bone" /><span class="bone" /><span class="bone" /></div>
  );
  return (
    <section class="balance" aria-labelledby="balance-title">
      <h2 class="visually-hidden" id="balance-title">Poin Anda</h2>
      {!points ? bones() : (
        <>
          <div class="balance__sum">
            <p class="balance__points"><span class="balance__number">{number(points.available)}</span> <span class="balance__unit">poin</span></p>
            <p class="balance__aside">{points.pending > 0 && <span>{number(points.pending)} poin akan masuk</span>}</p>
            <p class="balance__time">
              <span>Data pukul {times.format(now)} WIB</span>
              <button class="icon-button" type="button" aria-label="Muat ulang poin">
                <svg class="balance__refresh" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true"><path d="M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9" /><path d="M19.5 4.5V9H15" /></svg>
              </button>
            </p>
          </div>
          {points.next_ending && (
            <div class="balance__soon">
              <svg class="balance__soon-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true"><circle cx="12" cy="12" r="8" /><path d="M12 7.5V12l3 2" /></svg>
              <div>
                <p class="balance__soon-title">{number(points.next_ending.points)} poin hangus {left(points.next_ending.at, now)} lagi</p>
                <p class="balance__soon-note">Berlaku s.d. {moments.format(new Date(points.next_ending.at))} WIB. Tukarkan sebelum hangus.</p>
                <button class="link-button" type="button">Lihat yang bisa ditukar</button>
              </div>
            </div>
          )}
          <Chart ends={points.months} />
          <section class="balance__part">
            <h3 class="balance__heading">Rincian poin</h3>
            <p class="balance__note">Poin yang paling cepat hangus dipakai lebih dulu.</p>
            <ul class="lots">{points.lots.slice(0, all ? undefined : 5).map((lot) => <Lot key={lot.id} lot={lot} now={now} />)}</ul>
            {!all && <button class="link-button" type="button" onClick={() => setAll(true)}>Tampilkan {points.lots.length - 5} lainnya</button>}
          </section>
        </>
      )}
    </section>
  );
}

const MOTIFS = {
  airtime: ['M320 180H150a170 170 0 0 1 170-170z', 'M320 60a120 120 0 0 0-120 120M320 98a82 82 0 0 0-82 82M320 136a44 44 0 0 0-44 44'],
  data: ['M178 180v-44h26v44zM214 180v-72h26v72zM250 180v-104h26v104zM286 180v-140h34v140z', 'M150 120c40 0 52-34 84-48s46-46 86-56'],
  voucher: ['M166 62h130a8 8 0 0 1 8 8v18a16 16 0 0 0 0 32v18a8 8 0 0 1-8 8h-130a8 8 0 0 1-8-8v-18a16 16 0 0 0 0-32v-18a8 8 0 0 1 8-8z', 'M262 74v10M262 94v10M262 114v10M262 132v6M182 92h56M182 112h36'],
  premium: ['M170 46h126a14 14 0 0 1 14 14v72a14 14 0 0 1-14 14h-126a14 14 0 0 1-14-14v-72a14 14 0 0 1 14-14z', 'M220 76l36 20-36 20zM206 162h54'],
  goods: ['M232 42l66 30v66l-66 30-66-30v-66z', 'M166 72l66 30 66-30M232 102v66M199 57l66 30v24'],
  discount: ['M160 96l70-64h66a8 8 0 0 1 8 8v66l-70 64a8 8 0 0 1-11 0l-63-63a8 8 0 0 1 0-11z', 'M276 60a7 7 0 1 1-.1 0M212 128l38-58M208 88a8 8 0 1 1-.1 0M252 106a8 8 0 1 1-.1 0'],
};

const initials = (brand) => brand.split(/\s+/).slice(0, 2).map((word) => word[0]?.toUpperCase()).join('');
const tint = (brand) => [...brand].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619) >>> 0, 2_166_136_261) % 8;

function standingOf(reward, standing) {
  if (!standing) return { tone: '', text: reward.brand };
  const first = standing.refused[reward.id]?.[0];
  if (!first) return { tone: ' standing--ready', text: 'Bisa ditukar sekarang', mark: 'M3.5 8.5l3 3 6-7' };
  if (first.code === 'short_of_points') {
    return { tone: ' standing--short', text: `Kurang ${number(first.missing)} poin`, done: Math.floor((standing.available * 100) / reward.points) };
  }
  const text = { out_of_stock: 'Stok habis', tier: `Khusus ${first.needed?.join(' atau ')}`, not_open_yet: `Dibuka ${first.at && date(first.at)}` }[first.code];
  return { tone: ' standing--barred', text: text ?? 'Belum bisa ditukar', mark: 'M8 4.5v4M8 11.4v.1M8 1.8a6.2 6.2 0 1 1-.1 0z' };
}

function Card({ reward, standing, at, all }) {
  const [soft, line] = MOTIFS[reward.kind] ?? MOTIFS.voucher;
  const { tone, text, mark, done } = standingOf(reward, standing);
  const value = reward.rupiah_hundredths_per_point;
  return (
    <li class="reward" aria-posinset={at + 1} aria-setsize={all}>
      <div class="reward__picture">
        <span class={`art art--tint-${tint(reward.brand)}`} aria-hidden="true">
          <svg class="art__drawing" viewBox="0 0 320 180" preserveAspectRatio="xMidYMid slice" focusable="false">
            <path class="art__soft" d={soft} /><path class="art__line" d={line} />
            <text class="art__initials" x="24" y="152">{initials(reward.brand)}</text>
          </svg>
        </span>
        {reward.promotion && <span class="reward__promotion">{reward.promotion.label}</span>}
      </div>
      <div class="reward__facts">
        <p class="reward__brand">{reward.brand}</p>
        <h3 class="reward__title"><button type="button" class="reward__open" aria-describedby={`twin-${at}`}>{reward.title}</button></h3>
        <div class="reward__foot" id={`twin-${at}`}>
          <p class="price">
            <span class="price__now"><strong class="price__number">{number(reward.points)}</strong> poin</span>
            {reward.points_before > reward.points && <span class="price__before"><span class="visually-hidden">Sebelumnya </span><s>{number(reward.points_before)}</s></span>}
            {value && <span class="price__value">Rp{(value / 100).toFixed(2).replace('.', ',')}/poin</span>}
          </p>
          <div class={`standing${tone}`}>
            {done !== undefined && (
              <svg class="standing__progress" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                <rect class="standing__track" width="100" height="4" /><rect class="standing__done" width={done} height="4" />
              </svg>
            )}
            <p class="standing__line">
              {mark && <svg class="standing__mark" viewBox="0 0 16 16" aria-hidden="true"><path d={mark} /></svg>}
              <span class="standing__text">{text}</span>
            </p>
          </div>
        </div>
      </div>
    </li>
  );
}

const KINDS = { voucher: 'Voucher belanja', airtime: 'Pulsa', data: 'Paket data', premium: 'Langganan digital', discount: 'Diskon toko', goods: 'Barang' };
const SORTS = ['Pilihan kami', 'Hampir cukup poin', 'Nilai poin terbaik', 'Poin terendah', 'Poin tertinggi', 'Terbaru', 'Segera berakhir'];

function Toolbar({ rewards, text, setText, kind, setKind }) {
  const count = (name) => rewards.filter((reward) => reward.kind === name).length;
  const chip = (name, label, found) => (
    <button type="button" class="chip" aria-pressed={String(kind === name)} onClick={() => setKind(name)}>{label}<span class="count">{found}</span></button>
  );
  return (
    <div class="toolbar" role="search">
      <div class="toolbar__first">
        <div class="search">
          <svg class="search__mark" viewBox="0 0 20 20" aria-hidden="true"><path d="M9 3.5a5.5 5.5 0 1 1-.1 0zM13.2 13.2l3.6 3.6" /></svg>
          <input class="search__field" type="search" aria-label="Cari hadiah" placeholder="Cari hadiah atau merek" value={text} onInput={(event) => setText(event.target.value)} />
        </div>
        <button class="filter-button" type="button" aria-label="Filter">
          <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 6h8M15 6h2M3 14h2M9 14h8M13 4a2 2 0 1 1-.1 0zM7 12a2 2 0 1 1-.1 0z" /></svg><span>Filter</span>
        </button>
        <label class="choice choice--sort"><span class="choice__name">Urutkan</span><select class="choice__select">{SORTS.map((name) => <option>{name}</option>)}</select></label>
      </div>
      <div class="chips" role="group" aria-label="Jenis hadiah">
        {chip('', 'Semua', rewards.length)}
        {Object.entries(KINDS).map(([name, label]) => chip(name, label, count(name)))}
      </div>
      <div class="toolbar__filters">
        <div class="toggles">
          {['Bisa ditukar sekarang', 'Sedang promo'].map((name) => <label class="toggle"><input class="toggle__box" type="checkbox" /><span class="toggle__name">{name}</span></label>)}
        </div>
        <label class="choice"><span class="choice__name">Merek</span><select class="choice__select"><option>Semua merek</option></select></label>
        <div class="points-range" role="group" aria-label="Rentang poin">
          <span class="choice__name" aria-hidden="true">Rentang poin</span>
          <input class="points-range__field" type="text" inputmode="numeric" aria-label="Poin minimal" placeholder="Min." />
          <span class="points-range__dash" aria-hidden="true">–</span>
          <input class="points-range__field" type="text" inputmode="numeric" aria-label="Poin maksimal" placeholder="Maks." />
        </div>
      </div>
    </div>
  );
}

function Catalogue() {
  const page = useAnswer('page');
  const standing = useAnswer('standing');
  const [text, setText] = useState('');
  const [kind, setKind] = useState('');
  const [shown, setShown] = useState(CARDS_FIRST);
  useEffect(() => {
    const more = () => setShown(Infinity);
    addEventListener('scroll', more, { once: true, passive: true });
    return () => removeEventListener('scroll', more);
  }, []);
  const rewards = page?.rewards ?? [];
  const found = rewards.filter((reward) => (!kind || reward.kind === kind) && `${reward.title} ${reward.brand}`.toLowerCase().includes(text.toLowerCase()));
  return (
    <section class="catalog" aria-labelledby="twin-catalogue">
      <h2 class="catalog__heading" id="twin-catalogue">Katalog hadiah</h2>
      <Toolbar {...{ rewards, text, setText, kind, setKind }} />
      <div class="outcome"><p class="outcome__count">{page && `${found.length} hadiah`}</p></div>
      <div class="rewards">
        <ul class="rewards__list" role="list">
          {found.slice(0, shown).map((reward, at) => <Card key={reward.id} {...{ reward, standing, at, all: found.length }} />)}
        </ul>
      </div>
    </section>
  );
}

render(
  <div class="tukar" lang="id">
    <div class="shell">
      <Header />
      <div class="shell__main">
        <div class="home">
          <div class="home__points">{token && <Balance />}</div>
          <div class="home__rewards"><Catalogue /></div>
        </div>
      </div>
    </div>
  </div>,
  document.querySelector('main'),
);
