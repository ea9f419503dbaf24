/** What is written into a picture, line by line: moment, person, record, and the place where it may be known. */
export interface Mark {
  person: string;
  record: string;
  zone: string;
  words: { taken: string; sent: string; place: string };
}

/** Longest side of a picture that is kept; phones take larger ones than anybody looks at. */
const MOST_PIXELS = 3_000;
/** What stays what it is; all else becomes a JPEG. */
const KEPT_TYPES = new Set(["image/jpeg", "image/png"]);
/** A picture that was taken longer ago than this before it is sent says both moments. */
const SAME_MOMENT = 5 * 60_000;
const PLACE_TIMEOUT = 4_000;

/**
 * A picture with its mark at the bottom; other files stay as they are.
 *
 * @throws DOMException for a picture that this browser cannot read.
 */
export async function marked(file: File, mark: Mark, now = new Date()): Promise<File> {
  if (!file.type.startsWith("image/")) return file;
  const [taken, place] = await Promise.all([takenAt(file), herePlace()]);
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const shrink = Math.min(1, MOST_PIXELS / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * shrink);
  canvas.height = Math.round(picture.height * shrink);
  const pen = canvas.getContext("2d");
  if (!pen) throw new DOMException("no canvas", "NotSupportedError");
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  write(pen, linesOf(mark, taken ?? local(new Date(file.lastModified), mark.zone), now, place));
  const type = KEPT_TYPES.has(file.type) ? file.type : "image/jpeg";
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, type, 0.9));
  if (!blob) throw new DOMException("no picture", "EncodingError");
  const name = type === file.type ? file.name : `${file.name.replace(/\.[^.]*$/, "")}.jpg`;
  return new File([blob], name, { type, lastModified: file.lastModified });
}

/** The lines of a mark; a picture from before says when it was taken and when it was sent. */
export function linesOf(mark: Mark, taken: string, now: Date, place: string | null): string[] {
  const sent = local(now, mark.zone);
  const isOld = Math.abs(clock(sent) - clock(taken)) > SAME_MOMENT;
  return [
    isOld ? `${mark.words.taken} ${taken} · ${mark.words.sent} ${sent}` : sent,
    `${mark.person} · ${mark.record}`,
    ...(place ? [`${mark.words.place} ${place}`] : []),
  ];
}

/** Milliseconds of a moment on one and the same clock. */
const clock = (text: string): number => new Date(`${text.replace(" ", "T")}Z`).getTime();

/** A moment on the clocks of the workspace, to the second. */
function local(moment: Date, zone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" }).format(
    moment,
  );
}

function write(pen: CanvasRenderingContext2D, lines: string[]): void {
  const { width, height } = pen.canvas;
  const size = Math.max(12, Math.round(Math.min(width, height) / 28));
  const [gap, step] = [Math.round(size * 0.7), Math.round(size * 1.4)];
  const strip = lines.length * step + gap;
  pen.fillStyle = "rgb(0 0 0 / 0.55)";
  pen.fillRect(0, height - strip, width, strip);
  pen.fillStyle = "#fff";
  pen.font = `${size}px "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif`;
  pen.textBaseline = "top";
  lines.forEach((line, index) => {
    pen.fillText(line, gap, height - strip + gap + index * step, width - 2 * gap);
  });
}

/** Latitude and longitude, where the browser knows them and whoever sits here lets it tell. */
async function herePlace(): Promise<string | null> {
  if (!("geolocation" in navigator) || !window.isSecureContext) return null;
  return new Promise((done) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done(`${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)}`),
      () => done(null),
      { timeout: PLACE_TIMEOUT, maximumAge: 60_000 },
    );
  });
}

const HEAD = 128 * 1024;
const [EXIF_PART, TAKEN] = [0x8769, 0x9003];

/** When the camera says that it took a picture (`2026-01-31 08:30:00`), where the file tells. */
async function takenAt(file: File): Promise<string | null> {
  return exifMoment(new DataView(await file.slice(0, HEAD).arrayBuffer()));
}

/** `DateTimeOriginal` of a JPEG; null where there is none, or where the bytes are no such thing. */
export function exifMoment(bytes: DataView): string | null {
  try {
    const start = tiffOf(bytes);
    if (start === null) return null;
    const little = bytes.getUint16(start) === 0x4949;
    const part = entryOf(bytes, start, bytes.getUint32(start + 4, little), EXIF_PART, little);
    const taken = part === null ? null : entryOf(bytes, start, part, TAKEN, little);
    if (taken === null) return null;
    const text = Array.from({ length: 19 }, (_, index) =>
      String.fromCharCode(bytes.getUint8(start + taken + index)),
    ).join("");
    const found = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(text);
    return found ? `${found[1]}-${found[2]}-${found[3]} ${found[4]}` : null;
  } catch (error) {
    // An offset that leads out of the file: what it says of itself is not to be believed.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Where the TIFF part of a JPEG's first APP1 segment begins. */
function tiffOf(bytes: DataView): number | null {
  if (bytes.byteLength < 4 || bytes.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 < bytes.byteLength; at += 2 + bytes.getUint16(at + 2)) {
    const marker = bytes.getUint16(at);
    if (marker === 0xffe1 && bytes.getUint32(at + 4) === 0x45786966) return at + 10;
    if (marker >> 8 !== 0xff || marker === 0xffda) return null;
  }
  return null;
}

/** The value (an offset) of a tag in a directory. */
function entryOf(bytes: DataView, start: number, directory: number, tag: number, little: boolean) {
  const count = bytes.getUint16(start + directory, little);
  for (let index = 0; index < count; index++) {
    const at = start + directory + 2 + index * 12;
    if (bytes.getUint16(at, little) === tag) return bytes.getUint32(at + 8, little);
  }
  return null;
}
