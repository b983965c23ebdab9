using Spectre.Console;
using Spectre.Console.Rendering;

namespace Provenance.Cli.Reporting;

/// <summary>Makes all that is drawn on a terminal <see cref="HarmlessText"/>.</summary>
internal sealed class HarmlessRendering : IRenderHook
{
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) => renderables.Select(static r => new Harmless(r));

    private sealed class Harmless(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            inner.Render(options, maxWidth).Select(static s => s.IsControlCode || s.IsLineBreak ? s : new Segment(HarmlessText.Of(s.Text), s.Style));
    }
}
