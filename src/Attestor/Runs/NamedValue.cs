using System.Text.Json;

namespace Provenance.Attestor.Runs;

/// <summary>A parameter, setting or result of a run: any JSON value under a name.</summary>
public readonly record struct NamedValue(string Name, JsonElement Value);
