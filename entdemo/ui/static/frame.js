/* The Frame tab: file, paste, drop or camera. */
{
  const { find, words, selectTab, wait, complain, calm } = entdemo;

  // The name on the visitor's disk may say who the patient is, so it is not sent along; a name of
  // its own also keeps equal uploads of two visitors apart.
  const anonymous = entdemo.anonymous = (file) => {
    const name = [...crypto.getRandomValues(new Uint8Array(12))]
      .map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return new File([file], name, { type: "application/octet-stream" });
  };

  /** Let the visitor take a picture; the camera is off again when the dialog closes. */
  const mountCamera = (element, send) => {
    const start = find("[data-camera]", element);
    const dialog = find("#camera", element);
    const video = find("video", dialog);
    start.hidden = !navigator.mediaDevices?.getUserMedia;
    start.addEventListener("click", async () => {
      try {
        video.srcObject = await navigator.mediaDevices.getUserMedia({
          video: { facingMode: "environment", width: { ideal: 1280 } },
        });
      } catch {
        return complain("frame", words("ui.no_camera"));
      }
      calm("frame");
      dialog.showModal();
      video.play();
    });
    dialog.addEventListener("close", () => {
      video.srcObject?.getTracks().forEach((track) => track.stop());
      video.srcObject = null;
    });
    find("[data-camera-stop]", dialog).addEventListener("click", () => dialog.close());
    find("[data-camera-shoot]", dialog).addEventListener("click", () => {
      const canvas = document.createElement("canvas");
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      canvas.getContext("2d").drawImage(video, 0, 0);
      dialog.close();
      canvas.toBlob((blob) => send(new File([blob], "camera")), "image/jpeg", 0.95);
    });
  };

  entdemo.mountFrame = (element, upload, ask, askExample) => {
    const mark = (over) => find("#frame-stage").classList.toggle("over", over);
    const input = find("input[type=file]", element);
    const limit = Number(find(".ways", element).dataset.limit);

    const send = async (file) => {
      if (!file) return complain("frame", words("ui.no_picture_dropped"));
      if (file.size > limit) {
        const megabytes = Math.round(file.size / 1048576);
        return complain("frame",
          words("frame.too_many_bytes", { megabytes, limit: limit / 1048576 }));
      }
      selectTab("frame");
      wait("frame");
      try {
        const { path } = await upload(anonymous(file));
        ask({ path });
      } catch {
        entdemo.fail("frame", "ui.upload_lost");
      }
    };

    mountCamera(element, send);
    input.addEventListener("change", () => {
      if (input.files.length) send(input.files[0]);
      input.value = "";
    });
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-example]");
      if (!button) return;
      wait("frame");
      askExample({ case_id: button.dataset.example });
    });
    document.addEventListener("paste", (event) => {
      const file = [...(event.clipboardData?.files ?? [])][0];
      // Text copied together with its picture belongs into the text box.
      if (!file || event.target.closest("textarea")) return;
      event.preventDefault();
      send(file);
    });
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      mark(true);
    });
    document.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) mark(false);
    });
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      mark(false);
      send(event.dataTransfer.files[0]);
    });
  };
}
