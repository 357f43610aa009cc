/**
 * @file One image on the screen: cornerstone3D's viewport with its stack, its window and its camera. It brings
 * cornerstone3D with it, so it is loaded when the first image is opened.
 */

import { Enums, getShouldUseCPURendering, type Types } from '@cornerstonejs/core';
import { annotation, Enums as ToolEnums } from '@cornerstonejs/tools';
import vtkPiecewiseFunction from '@kitware/vtk.js/Common/DataModel/PiecewiseFunction.js';
import { bend, levelOf, RAMP_TEXELS, sampledCurve } from './curve.js';
import { enterProject, factsFor, idOf, loadFrame, paint, type StackItem, valuesOf } from './frames.js';
import { type Lease, takeEngine } from './prepare.js';
import { type Tool, ToolBox, type Windowed } from './toolbox.js';
import {
  draggedWindow,
  type FrameFacts,
  firstVoi,
  type GreyWindow,
  plainShape,
  plainVoi,
  plainWindow,
  rangeOf,
  type Voi,
} from './windowing.js';

/** What there is to say about the image that is shown. */
export interface View {
  /** Place in the stack. */
  index: number;
  facts: FrameFacts;
  /** What makes grey of the values; of no meaning for colour. */
  voi: Voi;
  inverted: boolean;
  /** Pixels of the screen for each pixel of the image. */
  zoom: number;
}

/** A length, where its middle is on the screen. */
export interface Measurement {
  id: string;
  x: number;
  y: number;
  /** Pixels of the image from one end to the other, across columns and across rows. */
  columns: number;
  rows: number;
}

/** What is under the pointer. */
export interface Probe {
  column: number;
  row: number;
  /** The modality value, or red, green and blue. */
  values: number[];
}

export interface StageEvents {
  onview(view: View): void;
  onmeasure(measurements: Measurement[]): void;
  /** The frame that is wanted could not be loaded. */
  onerror(thrown: unknown): void;
  onloading(loading: boolean): void;
  /** The graphics driver dropped everything: the stage is to be closed and made anew. */
  onlost(): void;
}

/** Frames that are decoded ahead of being asked for, the likeliest first. */
const AHEAD = [1, -1, 2, -2];

const ZOOM_LIMITS = { least: 0.02, most: 64 };

/** Every value is opaque. Without an opacity of their own vtk.js makes a new texture for every frame and frees none. */
const opaque = vtkPiecewiseFunction.newInstance();
opaque.addPoint(-1e6, 1);
opaque.addPoint(1e6, 1);

/** Colours of 8 bits as they are. */
const COLOUR_VOI = { kind: 'window', shape: 'LINEAR', centre: 128, width: 256 } as const;

/** Too little to be seen, and enough to be another number than any that waits to be drawn. */
const REDRAW = 1e-6;
const PAINTINGS = 1000;

let made = 0;

export class Stage implements Windowed {
  /** True where the processor draws, because there is no WebGL. */
  readonly onProcessor: boolean;
  private readonly id = `viewer-${made++}`;
  private readonly lease: Lease;
  private readonly viewport: Types.IStackViewport;
  private readonly tools: ToolBox;
  private readonly sizes: ResizeObserver;
  private items: readonly StackItem[] = [];
  private ids: string[] = [];
  private wanted = 0;
  private shown = -1;
  /** Grows with every stack: what was begun for an older one is dropped. */
  private stack = 0;
  private shownStack = -1;
  private busy = false;
  private closed = false;
  private facts: FrameFacts | null = null;
  private voi: Voi = COLOUR_VOI;
  /** What a person chose, kept for images on the same scale; null while every image has its own. */
  private chosen: { voi: Voi; scale: string } | null = null;
  private dragStart: GreyWindow = COLOUR_VOI;
  private inverted = false;
  /** The whole image is in view, and stays so when the window changes its size. */
  private fitted = true;
  private painted = 0;
  private adjusting = false;

  /**
   * @param element has a size and nothing in it.
   * @param folder of the project that the images are in.
   */
  constructor(
    private readonly element: HTMLDivElement,
    folder: string,
    private readonly events: StageEvents,
  ) {
    enterProject(folder);
    this.lease = takeEngine(this.id, () => events.onlost());
    const { engine } = this.lease;
    this.onProcessor = getShouldUseCPURendering();
    const defaultOptions = { background: [0, 0, 0] as Types.Point3 };
    engine.enableElement({ viewportId: this.id, element, type: Enums.ViewportType.STACK, defaultOptions });
    this.viewport = engine.getViewport(this.id) as Types.IStackViewport;
    this.tools = new ToolBox(this.id, engine.id, this);
    element.addEventListener(Enums.Events.CAMERA_MODIFIED, this.onCamera);
    element.addEventListener(Enums.Events.IMAGE_RENDERED, this.measure);
    element.addEventListener(ToolEnums.Events.ANNOTATION_RENDERED, this.measure);
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(element);
  }

  /**
   * Shows one place of a stack. While frames come slower than they are asked for, the last wish counts. The same frames
   * in another array are the same stack.
   */
  async show(stack: readonly StackItem[], index: number): Promise<void> {
    if (!this.isCurrent(stack)) {
      this.items = stack;
      this.ids = stack.map(idOf);
      this.stack++;
      this.shown = -1;
    }
    this.wanted = index;
    await this.follow();
  }

  choose(tool: Tool): void {
    this.tools.choose(tool);
  }

  setVoi(voi: Voi): void {
    if (this.facts === null || this.facts.colour) return;
    this.chosen = { voi, scale: scaleOf(this.facts) };
    this.apply();
  }

  beginWindowing(): void {
    if (this.facts !== null) this.dragStart = plainWindow(this.voi, this.facts);
  }

  dragWindow(right: number, down: number): void {
    const { facts } = this;
    if (facts !== null) this.setVoi(plainVoi(draggedWindow(this.dragStart, right, down, facts), facts));
  }

  invert(): void {
    this.inverted = !this.inverted;
    this.apply();
  }

  /** The image's own window and colours, all of it in view. */
  reset(): void {
    this.chosen = null;
    this.inverted = false;
    this.fit();
    this.apply();
  }

  /**
   * Enlarges by `factor` about a point of the element, which stays where it is; about the middle where none is given.
   */
  zoomBy(factor: number, point?: Types.Point2): void {
    const { parallelScale, focalPoint, position } = this.viewport.getCamera();
    if (parallelScale === undefined || focalPoint === undefined || position === undefined || this.facts === null)
      return;
    const zoom = this.zoom();
    const bounded = Math.min(Math.max(zoom * factor, ZOOM_LIMITS.least), ZOOM_LIMITS.most) / zoom;
    const still = point === undefined ? focalPoint : this.viewport.canvasToWorld(point);
    const towards = (axis: number): number => (still[axis]! - focalPoint[axis]!) * (1 - 1 / bounded);
    const shifted = (from: Types.Point3): Types.Point3 => [
      from[0] + towards(0),
      from[1] + towards(1),
      from[2] + towards(2),
    ];
    this.viewport.setCamera({
      parallelScale: parallelScale / bounded,
      focalPoint: shifted(focalPoint),
      position: shifted(position),
    });
    this.viewport.render();
  }

  /** What lies under a point of the element, or null beside the image. */
  probe(point: Types.Point2): Probe | null {
    const image = this.viewport.getCornerstoneImage?.();
    if (image === undefined || this.facts === null || this.shown < 0) return null;
    const world = this.viewport.canvasToWorld(point);
    // With WebGL a whole number is the middle of a pixel, without it the pixel's corner.
    const half = this.onProcessor ? 0 : 0.5;
    const column = Math.floor(world[0] / image.columnPixelSpacing + half);
    const row = Math.floor(world[1] / image.rowPixelSpacing + half);
    if (column < 0 || row < 0 || column >= image.columns || row >= image.rows) return null;
    const pixels = valuesOf(image);
    const channels = pixels.length / (image.columns * image.rows);
    const first = (row * image.columns + column) * channels;
    const values = Array.from({ length: Math.min(channels, 3) }, (_, channel) => pixels[first + channel]!);
    return { column, row, values };
  }

  removeMeasurements(): void {
    for (const { id } of this.lengths()) this.tools.removeLength(id);
    this.viewport.render();
  }

  /** Frees the viewport, its listeners and its textures. */
  close(): void {
    this.closed = true;
    this.sizes.disconnect();
    this.element.removeEventListener(Enums.Events.CAMERA_MODIFIED, this.onCamera);
    this.element.removeEventListener(Enums.Events.IMAGE_RENDERED, this.measure);
    this.element.removeEventListener(ToolEnums.Events.ANNOTATION_RENDERED, this.measure);
    for (const id of this.ids) annotation.state.getAnnotationManager().removeAnnotations(id);
    this.tools.close();
    this.lease.release();
  }

  private isCurrent(stack: readonly StackItem[]): boolean {
    if (stack === this.items) return true;
    if (stack.length !== this.items.length) return false;
    return stack.every((item, place) => idOf(item) === this.ids[place]);
  }

  private async follow(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.events.onloading(true);
    while (!this.closed && this.shown !== this.wanted) await this.step();
    this.busy = false;
    if (this.closed) return;
    this.events.onloading(false);
    void this.loadAhead();
  }

  /** Loads and shows the frame that is wanted now. */
  private async step(): Promise<void> {
    const { wanted, stack } = this;
    const id = this.ids[wanted];
    if (id === undefined) {
      this.wanted = this.shown;
      return;
    }
    const isStale = () => this.closed || stack !== this.stack;
    try {
      await loadFrame(id);
      if (isStale()) return;
      await this.display(wanted);
      if (isStale()) return;
      this.setOpaque();
      this.shown = wanted;
      this.facts = factsFor(id) ?? null;
      if (this.fitted) this.fit();
      this.apply();
    } catch (error) {
      if (isStale()) return;
      this.shown = wanted;
      this.facts = null;
      this.events.onerror(error);
    }
  }

  private async display(index: number): Promise<void> {
    if (this.shownStack === this.stack) {
      await this.viewport.setImageIdIndex(index);
      return;
    }
    this.shownStack = this.stack;
    this.fitted = true;
    await this.viewport.setStack(this.ids, index);
  }

  private setOpaque(): void {
    if (this.onProcessor) return;
    const actor = this.viewport.getDefaultActor()?.actor as Types.ImageActor | undefined;
    actor?.getProperty().setPiecewiseFunction(0, opaque);
  }

  private async loadAhead(): Promise<void> {
    const { shown, stack } = this;
    for (const offset of AHEAD) {
      const id = this.ids[shown + offset];
      if (id === undefined) continue;
      if (this.closed || this.busy || stack !== this.stack) return;
      // A frame that cannot be decoded says so when it is looked at.
      await loadFrame(id).catch(() => undefined);
    }
  }

  private apply(): void {
    const { facts, chosen } = this;
    if (facts === null) return;
    if (facts.colour) this.voi = COLOUR_VOI;
    else this.voi = chosen !== null && isFor(chosen, facts) ? chosen.voi : firstVoi(facts);
    if (!this.onProcessor) this.drawByCard(facts);
    else this.drawByProcessor(facts);
    this.viewport.render();
    this.tell();
  }

  private drawByCard(facts: FrameFacts): void {
    const { voi } = this;
    const inverted = this.isInverted(facts);
    const curve = voi.kind === 'window' && voi.shape !== 'SIGMOID' ? null : sampledCurve(voi, facts);
    const { SAMPLED_SIGMOID, LINEAR } = Enums.VOILUTFunctionType;
    this.viewport.setProperties({
      voiRange: rangeOf(plainWindow(voi, facts), voi.kind === 'window' ? voi.shape : plainShape(facts)),
      // By the name of a sigmoid the viewport leaves the function alone that is put in its place here.
      VOILUTFunction: curve === null ? LINEAR : SAMPLED_SIGMOID,
      invert: inverted,
    });
    const actor = this.viewport.getDefaultActor()?.actor as Types.ImageActor | undefined;
    actor?.getMapper().setColorTextureWidth(curve?.levels.length ?? RAMP_TEXELS);
    if (curve !== null) actor?.getProperty().setRGBTransferFunction(0, bend(curve, inverted));
  }

  /** The pixels that the viewport holds are grey levels; it draws them anew only for another range. */
  private drawByProcessor(facts: FrameFacts): void {
    const image = this.viewport.getCornerstoneImage?.();
    if (image !== undefined && !facts.colour) paint(image, levelOf(this.voi, facts));
    this.painted = (this.painted + 1) % PAINTINGS;
    const voiRange = { lower: 0, upper: 255 + this.painted * REDRAW };
    this.viewport.setProperties({ voiRange, invert: this.isInverted(facts) });
  }

  private isInverted(facts: FrameFacts): boolean {
    return facts.inverted !== this.inverted;
  }

  private fit(): void {
    this.adjusting = true;
    this.viewport.resetCamera();
    this.adjusting = false;
    this.fitted = true;
    this.viewport.render();
  }

  private resize(): void {
    if (this.closed || this.element.clientWidth === 0 || this.element.clientHeight === 0) return;
    this.adjusting = true;
    this.lease.engine.resize(true, !this.fitted);
    this.adjusting = false;
    if (this.shown >= 0) this.tell();
  }

  private zoom(): number {
    const { parallelScale } = this.viewport.getCamera();
    const row = this.viewport.getCornerstoneImage?.()?.rowPixelSpacing ?? 1;
    return parallelScale === undefined ? 1 : (this.element.clientHeight * row) / (2 * parallelScale);
  }

  private readonly onCamera = (): void => {
    if (this.adjusting) return;
    this.fitted = false;
    this.tell();
  };

  private tell(): void {
    const { facts, shown, voi, inverted } = this;
    if (facts !== null) this.events.onview({ index: shown, facts, voi, inverted, zoom: this.zoom() });
  }

  private lengths(): ReturnType<ToolBox['lengths']> {
    const id = this.ids[this.shown];
    return id === undefined || this.facts === null ? [] : this.tools.lengths(this.element, id);
  }

  private readonly measure = (): void => {
    const image = this.viewport.getCornerstoneImage?.();
    if (image === undefined || this.closed) return;
    this.events.onmeasure(
      this.lengths().map(({ id, ends: [first, second] }) => {
        const middle: Types.Point3 = [(first[0] + second[0]) / 2, (first[1] + second[1]) / 2, 0];
        const [x, y] = this.viewport.worldToCanvas(middle);
        const columns = (second[0] - first[0]) / image.columnPixelSpacing;
        const rows = (second[1] - first[1]) / image.rowPixelSpacing;
        return { id, x, y, columns, rows };
      }),
    );
  };
}

/** What was chosen on one image holds for another of its scale, where that has as many VOI LUTs. */
function isFor({ voi, scale }: { voi: Voi; scale: string }, facts: FrameFacts): boolean {
  return scale === scaleOf(facts) && (voi.kind === 'window' || voi.place < facts.luts.length);
}

/** Images of one scale can share a window. */
function scaleOf({ modality, unit, windowFunction, colour }: FrameFacts): string {
  return [modality, unit, windowFunction, colour].join('/');
}
