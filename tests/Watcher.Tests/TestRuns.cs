using System.Text;
using Provenance.Watcher.Collecting;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs;
using Provenance.Watcher.Runs.Tekton;

namespace Provenance.Watcher.Tests;

/// <summary>Reads runs of the test data and of text, through the same handler as the product.</summary>
internal static class TestRuns
{
    public static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Data", "runs", "tekton");

    public static IReadOnlyList<RunDocument> Read(string name) => DocumentReader.Read(name, File.ReadAllBytes(Path.Combine(Folder, name)));

    public static IReadOnlyList<RunDocument> Parse(string text) => DocumentReader.Read("test.yaml", Encoding.UTF8.GetBytes(text));

    public static async Task<CollectedRun> CollectAsync(RunDocument document, IEnumerable<RunDocument>? others = null, CollectOptions? options = null)
    {
        var handler = new CollectRunHandler([new TaskRunKind(TimeProvider.System), new PipelineRunKind(TimeProvider.System)]);
        var children = others is null ? ChildRuns.None : new ChildRuns(others);
        return await handler.Handle(new CollectRun(document, children, options ?? CollectOptions.Default), CancellationToken.None);
    }

    /// <summary>Collects the first document of the text; the others are at hand as its children.</summary>
    public static Task<CollectedRun> CollectAsync(string text, CollectOptions? options = null)
    {
        var documents = Parse(text);
        return CollectAsync(documents[0], documents.Skip(1), options);
    }
}
