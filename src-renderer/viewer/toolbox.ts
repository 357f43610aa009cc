/** @file Mouse tools of one viewer: what each button of the mouse does, and the lengths that were measured. */

import type { Types } from '@cornerstonejs/core';
import {
  addTool,
  annotation,
  BaseTool,
  Enums,
  LengthTool,
  PanTool,
  ToolGroupManager,
  type Types as ToolTypes,
  ZoomTool,
} from '@cornerstonejs/tools';

export type Tool = 'window' | 'zoom' | 'pan' | 'length';

/** What the window tool turns. */
export interface Windowed {
  beginWindowing(): void;
  /** Pixels of the screen since it began. */
  dragWindow(right: number, down: number): void;
}

const windowed = new Map<string, Windowed>();

/** Sets centre and width by dragging; cornerstone3D's own tool knows neither a threshold nor exact windows. */
class WindowTool extends BaseTool {
  static override toolName = 'PretextWindow';

  preMouseDownCallback = (event: ToolTypes.EventTypes.MouseDownEventType): boolean => {
    windowed.get(event.detail.viewportId)?.beginWindowing();
    return false;
  };

  mouseDragCallback(event: ToolTypes.EventTypes.MouseDragEventType): void {
    const { viewportId, startPoints, currentPoints } = event.detail;
    const [right, down] = currentPoints.canvas;
    windowed.get(viewportId)?.dragWindow(right - startPoints.canvas[0], down - startPoints.canvas[1]);
  }
}

const NAMES: Readonly<Record<Tool, string>> = {
  window: WindowTool.toolName,
  zoom: ZoomTool.toolName,
  pan: PanTool.toolName,
  length: LengthTool.toolName,
};

/** Makes the tools known to cornerstone3D; once for the window. */
export function registerTools(): void {
  for (const tool of [WindowTool, ZoomTool, PanTool, LengthTool]) addTool(tool);
}

export class ToolBox {
  private readonly group: ToolTypes.IToolGroup;

  constructor(
    private readonly viewportId: string,
    engineId: string,
    owner: Windowed,
  ) {
    windowed.set(viewportId, owner);
    const group = ToolGroupManager.createToolGroup(viewportId);
    if (group === undefined) throw new Error(`the tools of ${viewportId} exist already`);
    this.group = group;
    for (const name of Object.values(NAMES)) group.addTool(name);
    group.addViewport(viewportId, engineId);
    this.choose('window');
  }

  /** Gives the left button to `chosen`; the right one zooms and the middle one pans whatever it is. */
  choose(chosen: Tool): void {
    const { Primary, Secondary, Auxiliary } = Enums.MouseBindings;
    const always: Partial<Record<Tool, number>> = { zoom: Secondary, pan: Auxiliary };
    for (const [tool, name] of Object.entries(NAMES) as [Tool, string][]) {
      const buttons = [tool === chosen ? Primary : undefined, always[tool]].filter((button) => button !== undefined);
      this.group.setToolPassive(name, { removeAllBindings: true });
      if (buttons.length > 0)
        this.group.setToolActive(name, { bindings: buttons.map((mouseButton) => ({ mouseButton })) });
    }
  }

  /** Ends of the lengths on the frame `id`, in its own plane. */
  lengths(element: HTMLDivElement, id: string): { id: string; ends: [Types.Point3, Types.Point3] }[] {
    const all = annotation.state.getAnnotations(LengthTool.toolName, element) ?? [];
    return all.flatMap(({ annotationUID, metadata, data }) => {
      const [first, second] = data.handles?.points ?? [];
      if (annotationUID === undefined || metadata?.referencedImageId !== id || !first || !second) return [];
      return [{ id: annotationUID, ends: [first, second] }];
    });
  }

  removeLength(id: string): void {
    annotation.state.removeAnnotation(id);
  }

  close(): void {
    windowed.delete(this.viewportId);
    ToolGroupManager.destroyToolGroup(this.viewportId);
  }
}
