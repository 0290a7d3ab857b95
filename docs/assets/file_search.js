// Browsers start no worker on a page that was opened from the file system. There, the worker of the search runs in a hidden frame,
// under the same interface: postMessage, and events called `message`.
if (location.protocol === "file:") {
  class FrameWorker extends EventTarget {
    constructor(address) {
      super()
      const script = String(new URL(address, location.href)).replace(/"/g, "%22")
      const frame = document.createElement("iframe")
      frame.hidden = true
      frame.srcdoc = `<script>
        postMessage = data => parent.postMessage({ ofWorker: ${JSON.stringify(script)}, data }, "*")
        importScripts = (...names) => names.reduce((before, name) => before.then(() => new Promise(loaded => {
          const part = document.createElement("script")
          part.src = name
          part.onload = loaded
          document.body.append(part)
        })), Promise.resolve())
      </` + `script><script src="${script}"></` + `script>`
      this.ready = new Promise(loaded => frame.addEventListener("load", loaded))
      this.frame = frame
      addEventListener("message", event => {
        if (event.data?.ofWorker === script)
          this.dispatchEvent(new MessageEvent("message", { data: event.data.data }))
      })
      document.body ? document.body.append(frame) : addEventListener("DOMContentLoaded", () => document.body.append(frame))
    }

    postMessage(data) {
      this.ready.then(() => this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data })))
    }

    terminate() {
      this.frame.remove()
    }
  }
  window.IFrameWorker = window.Worker = FrameWorker // the search asks for the first name to find its own folder
}
