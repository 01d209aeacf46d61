/** Takes picture files that are chosen, pasted, or dropped anywhere in the page. */
export function takePictures(input: HTMLInputElement, zone: HTMLElement, take: (file: File) => void): void {
  const takeFirst = (files: FileList | undefined): void => {
    const file = files?.[0];
    if (file) take(file);
  };
  input.addEventListener('change', () => {
    takeFirst(input.files ?? undefined);
    input.value = ''; // so that the same file can be chosen again
  });
  document.addEventListener('paste', (event) => takeFirst(event.clipboardData?.files));
  // All over the page: a picture dropped beside the zone would replace the page.
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    zone.classList.add('over');
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) zone.classList.remove('over');
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    zone.classList.remove('over');
    takeFirst(event.dataTransfer?.files);
  });
}
