// A picture for a round frame: shown, moved and zoomed, and sent as a square JPEG. Without this the
// server takes the middle of it.
const SIDE = 640;

export function pictureCrops() {
  for (const row of document.querySelectorAll('[data-crop]')) start(row);
}

function start(row) {
  const find = (selector) => row.querySelector(selector);
  const input = find('input[type=file]');
  const canvas = find('canvas');
  const zoom = find('input[type=range]');
  const choose = find('[data-crop-choose]');
  const hint = find('[data-crop-failed]');
  const idle = hint.textContent;
  let picture; // {bitmap, x, y}: what is in the middle of the frame, in its own pixels
  choose.hidden = false;
  input.classList.add('sr');
  input.tabIndex = -1;
  choose.addEventListener('click', () => input.click());

  const side = () => (Math.min(picture.bitmap.width, picture.bitmap.height) * 100) / Number(zoom.value);
  const draw = (target = canvas) => {
    const { width, height } = picture.bitmap;
    const half = side() / 2;
    picture.x = Math.min(Math.max(picture.x, half), width - half);
    picture.y = Math.min(Math.max(picture.y, half), height - half);
    const context = target.getContext('2d');
    context.fillStyle = '#fff'; // JPEG knows no transparency
    context.fillRect(0, 0, target.width, target.height);
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture.bitmap, picture.x - half, picture.y - half, 2 * half, 2 * half, 0, 0, target.width, target.height);
    return target;
  };
  const move = (x, y) => {
    const scale = side() / canvas.clientWidth;
    picture.x -= x * scale;
    picture.y -= y * scale;
    draw();
    keep();
  };
  // The form sends what is seen, so the file of the field is made anew each time it changes.
  let last = 0;
  const keep = async () => {
    const turn = ++last;
    const out = document.createElement('canvas');
    out.width = out.height = Math.round(Math.min(SIDE, side()));
    draw(out);
    const blob = await new Promise((done) => out.toBlob(done, 'image/jpeg', 0.9));
    if (turn !== last || !blob) return;
    const files = new DataTransfer();
    files.items.add(new File([blob], 'avatar.jpg', { type: 'image/jpeg' }));
    input.files = files.files;
    row.dataset.cropReady = turn;
  };

  input.addEventListener('change', async () => {
    const [file] = input.files;
    if (!file) return;
    const bitmap = await createImageBitmap(file).catch(() => null);
    hint.textContent = bitmap ? idle : hint.dataset.cropFailed;
    find('[data-crop-stage]').hidden = !bitmap;
    if (!bitmap) return void (input.value = '');
    picture?.bitmap.close();
    picture = { bitmap, x: bitmap.width / 2, y: bitmap.height / 2 };
    zoom.value = 100;
    draw();
    await keep();
  });
  zoom.addEventListener('input', () => { draw(); keep(); });
  canvas.addEventListener('pointerdown', (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener('pointermove', (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) move(event.movementX, event.movementY);
  });
  const steps = { ArrowLeft: [-4, 0], ArrowRight: [4, 0], ArrowUp: [0, -4], ArrowDown: [0, 4] };
  canvas.addEventListener('keydown', (event) => {
    if (!steps[event.key] || !picture) return;
    event.preventDefault();
    move(...steps[event.key]);
  });
}

// How many characters a field has, of those that it may.
export function fieldCounts() {
  for (const count of document.querySelectorAll('[data-count-of]')) {
    const input = document.getElementById(count.dataset.countOf);
    const show = () => { count.textContent = `${[...input.value.trim()].length}/${count.dataset.most}`; };
    input.addEventListener('input', show);
    show();
  }
}
