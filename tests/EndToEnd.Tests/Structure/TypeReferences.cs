using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;

namespace Provenance.EndToEnd.Tests.Structure;

/// <summary>
/// Which types a type refers to: by its base, interfaces, members, attributes and type arguments, and by every token in the bodies of
/// its methods. What the compiler derived from it (closures, iterators, nested types) counts as its own.
/// </summary>
internal static class TypeReferences
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(static f => (OpCode)f.GetValue(null)!)
        .ToDictionary(static o => o.Value);

    public static IReadOnlySet<Type> Of(Type type)
    {
        var found = new HashSet<Type>();
        AddShape(type, found);
        foreach (var member in type.GetMembers(All))
        {
            AddAttributes(member, found);
            switch (member)
            {
                case FieldInfo field:
                    Add(field.FieldType, found);
                    break;
                case MethodBase method:
                    AddMethod(method, found);
                    break;
                case Type nested:
                    found.UnionWith(Of(nested));
                    break;
            }
        }

        return found;
    }

    private static void AddShape(Type type, HashSet<Type> found)
    {
        AddAttributes(type, found);
        Add(type.BaseType, found);
        foreach (var implemented in type.GetInterfaces())
        {
            Add(implemented, found);
        }

        foreach (var constraint in type.GetGenericArguments().Where(static a => a.IsGenericParameter).SelectMany(static a => a.GetGenericParameterConstraints()))
        {
            Add(constraint, found);
        }
    }

    private static void AddMethod(MethodBase method, HashSet<Type> found)
    {
        Add((method as MethodInfo)?.ReturnType, found);
        foreach (var parameter in method.GetParameters())
        {
            Add(parameter.ParameterType, found);
        }

        if (method.GetMethodBody() is not { } body)
        {
            return;
        }

        foreach (var local in body.LocalVariables)
        {
            Add(local.LocalType, found);
        }

        foreach (var clause in body.ExceptionHandlingClauses.Where(static c => c.Flags is ExceptionHandlingClauseOptions.Clause))
        {
            Add(clause.CatchType, found);
        }

        foreach (int token in Tokens(body.GetILAsByteArray()!))
        {
            AddMember(Resolve(method, token), found);
        }
    }

    /// <summary>The metadata tokens of members and types in a method's code (ECMA-335, partition III).</summary>
    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (int i = 0; i < code.Length;)
        {
            short value = code[i++];
            if (value is 0xfe)
            {
                value = unchecked((short)(0xfe00 | code[i++]));
            }

            var operand = OpCodesByValue[value].OperandType;
            if (operand is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                yield return BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(i));
            }

            i += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(i))),
                _ => 4,
            };
        }
    }

    private static MemberInfo? Resolve(MethodBase method, int token) => method.Module.ResolveMember(
        token,
        method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null,
        method.IsGenericMethod ? method.GetGenericArguments() : null);

    private static void AddMember(MemberInfo? member, HashSet<Type> found)
    {
        switch (member)
        {
            case Type type:
                Add(type, found);
                break;
            case FieldInfo field:
                Add(field.DeclaringType, found);
                Add(field.FieldType, found);
                break;
            case MethodBase method:
                Add(method.DeclaringType, found);
                Add((method as MethodInfo)?.ReturnType, found);
                foreach (var argument in method.IsGenericMethod ? method.GetGenericArguments() : [])
                {
                    Add(argument, found);
                }

                break;
        }
    }

    private static void AddAttributes(MemberInfo member, HashSet<Type> found)
    {
        foreach (var attribute in member.CustomAttributes)
        {
            Add(attribute.AttributeType, found);
        }
    }

    private static void Add(Type? type, HashSet<Type> found)
    {
        while (type is { HasElementType: true })
        {
            type = type.GetElementType();
        }

        if (type is null or { IsGenericParameter: true } || !found.Add(type))
        {
            return;
        }

        foreach (var argument in type.GetGenericArguments())
        {
            Add(argument, found);
        }
    }
}
