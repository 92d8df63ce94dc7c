"""Functions that are parts of compiled code: nothing by themselves, cheap to compile and to call.

A law or a function of the kernel that other compiled code calls is a part of whatever calls it.
Numba would take a part through all of its passes, give it machine code, wrappers for Python and
calls that may raise, one by one; that took most of the time of compiling, and some of running. A
part goes through the passes that matter for floats, integers and records; it takes values, returns
a value and raises nothing; and its code is optimised and turned into machine code as part of the
whole, once. What it computes is the same: numba types and lowers every operation as ever.
"""

import itertools
import operator
from collections.abc import Callable
from typing import Any, TypeVar

import numba
from llvmlite import binding, ir
from numba import _dynfunc
from numba.core import cgutils, sigutils, types, typing
from numba.core import ir as numba_ir
from numba.core.callconv import CPUCallConv
from numba.core.codegen import CPUCodeLibrary, JITCodeLibrary
from numba.core.compiler import Compiler, CompilerBase
from numba.core.compiler_machinery import register_pass
from numba.core.cpu import CPUContext
from numba.core.ir_utils import build_definitions
from numba.core.lowering import Lower
from numba.core.runtime import rtsys
from numba.core.ssa import reconstruct_ssa
from numba.core.targetconfig import ConfigStack
from numba.core.typed_passes import (
    NativeLowering,
    NoPythonBackend,
    NopythonTypeInference,
    PreLowerStripPhis,
)
from numba.core.untyped_passes import FixupArgs, TranslateByteCode

Code = TypeVar("Code", bound=Callable[..., Any])

_numbers = itertools.count()
_PREFIX = "part."
_apart: set[Callable[..., Any]] = set()


def part(function: Code) -> Code:
    """A function that only compiled code calls; compiled once for integers, not per constant."""
    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    dispatcher: Any = numba.njit(
        fastmath=False, error_model="numpy", nogil=True, pipeline_class=_PartCompiler, **options
    )(function)
    template, compiler = dispatcher.get_call_template, dispatcher._compiler

    def plainly(args: Any, kws: Any) -> Any:
        plain = tuple(types.unliteral(each) for each in args)
        return template(plain, {name: types.unliteral(each) for name, each in kws.items()})

    def compile_once(signature: Any) -> Any:
        args, result = sigutils.normalize_signature(signature)
        if args not in dispatcher.overloads:
            dispatcher.add_overload(compiler.compile(args, result))
        return dispatcher.overloads[args].entry_point

    dispatcher.get_call_template = plainly
    dispatcher.compile = compile_once
    compiled: Code = dispatcher
    return compiled


def apart(function: Code) -> Code:
    """A part of which there is one copy: for what is called in many places and takes its time.

    Copies make the whole longer, and the compiler slower, for nothing.
    """
    _apart.add(function)
    return part(function)


# ---- types -----------------------------------------------------------------------------------


class _Typing(typing.Context):
    """Numba's typing context, which looks nothing up twice."""

    def __init__(self, real: Any) -> None:
        self.__dict__ = real.__dict__

    def refresh(self) -> None:
        """Done by whoever compiles the whole."""

    def resolve_function_type(self, func: Any, args: Any, kws: Any) -> Any:
        resolve = super().resolve_function_type
        if kws or not isinstance(func, types.Type):
            return resolve(func, args, kws)
        if isinstance(func, types.Function) and all(isinstance(one, types.Number) for one in args):
            args = map(types.unliteral, args)
        args = tuple(args)
        return _found((func, args), lambda: _builtin(self, func, args) or resolve(func, args, kws))

    def resolve_getattr(self, typ: Any, attr: str) -> Any:
        resolve = super().resolve_getattr
        return _found((typ, attr), lambda: resolve(typ, attr))

    def resolve_setattr(self, target: Any, attr: str, value: Any) -> Any:
        resolve = super().resolve_setattr
        return _found((target, attr, types.unliteral(value)), lambda: resolve(target, attr, value))


_known: dict[Any, Any] = {}


def _found(key: Any, look: Callable[[], Any]) -> Any:
    if key not in _known:
        found = look()
        if found is None:
            return None
        _known[key] = found
    return _known[key]


# Of these numba would compile a function of its own for every use.
_BUILTINS = (min, max, int, operator.contains)


def _builtin(context: Any, function: Any, args: Any) -> Any:
    """The signature of a built-in function of numbers, where `_build` makes its code."""
    name = getattr(function, "typing_key", None)
    if name in (min, max) and len(args) > 1:
        result = context.unify_types(*args)
        return _signature(result, [result] * len(args)) if _plain(result) else None
    if name is int and _plain(args[0]):
        return _signature(types.int64, args)
    if name is operator.contains and isinstance(args[0], types.UniTuple):
        item = types.unliteral(args[1])
        same = item == args[0].dtype and isinstance(item, types.Integer)
        return _signature(types.boolean, [args[0], item]) if same else None
    return None


def _plain(number: Any) -> bool:
    return number in (types.float64, types.int64)


def _signature(result: Any, args: Any) -> Any:
    return typing.signature(result, *args)


def _build(context: Any, builder: Any, name: Any, signature: Any, args: Any) -> Any:
    """The code of a built-in function of numbers, as numba and Python define it."""
    if name is int:
        return context.cast(builder, args[0], signature.args[0], types.int64)
    if name is operator.contains:
        found = cgutils.false_bit
        for each in cgutils.unpack_tuple(builder, args[0]):
            found = builder.or_(found, builder.icmp_signed("==", each, args[1]))
        return found
    floats = signature.return_type == types.float64
    compared = builder.fcmp_ordered if floats else builder.icmp_signed
    chosen = args[0]
    for each in args[1:]:
        chosen = builder.select(compared("<" if name is min else ">", each, chosen), each, chosen)
    return chosen


# ---- code ------------------------------------------------------------------------------------


class _Part(CPUCodeLibrary):
    """The text of a part, and the other parts it needs."""

    def __init__(self, codegen: Any, name: str) -> None:
        self._codegen, self._name = codegen, name
        self._finalized = False
        self._reload_init: set[Any] = set()
        self._recorded_timings = None
        self._module = None
        self.needed: dict[Any, None] = {}

    def add_ir_module(self, ir_module: Any) -> None:
        self._text = cgutils.normalize_ir_text(str(ir_module))
        self._finalized = True

    def add_linking_library(self, library: Any) -> None:
        if library is not rtsys.library:  # parts allocate nothing
            self.needed[library] = None

    def _get_module_for_linking(self) -> Any:
        if self._module is None:
            self._module = binding.parse_assembly(self._text)
        return self._module


class _CallsOfNumba(CPUCallConv):
    """How a part calls what isn't one: numba's way, but an error would end the process."""

    def return_status_propagate(self, builder: Any, _status: Any) -> None:
        _trap(builder)

    def return_user_exc(self, builder: Any, *_args: Any, **_kws: Any) -> None:
        _trap(builder)


class _Whole(JITCodeLibrary):
    """A law that Python calls, with all of its parts."""

    def _optimize_final_module(self) -> None:
        for function in self._final_module.functions:
            if function.name.startswith(_PREFIX) and not function.is_declaration:
                # nobody else calls it: so it may disappear into its callers
                function.linkage = "internal"
        passes, settings = self._codegen._module_pass_manager()
        passes.run(self._final_module, settings)


def _trap(builder: Any) -> None:
    kind = ir.FunctionType(ir.VoidType(), ())
    builder.call(cgutils.get_or_insert_function(builder.module, kind, "llvm.trap"), ())
    builder.unreachable()


class _PartContext(CPUContext):
    """The context in which a part is lowered; see `_in_parts`."""

    @property
    def call_conv(self) -> Any:
        return _CallsOfNumba(self)

    def mangler(self, name: str, _types: Any, **_kws: Any) -> str:
        """A name in the whole, shorter than numba's: those hold all the fields of all records."""
        return f"{_PREFIX}{name}.{next(_numbers)}"

    def get_abi_sizeof(self, ty: Any) -> Any:
        sizeof = super().get_abi_sizeof
        return _found(("size", str(ty)), lambda: sizeof(ty))

    def get_function(self, fn: Any, sig: Any, _firstcall: bool = True) -> Any:
        name = getattr(fn, "typing_key", None)
        if name in _BUILTINS and _builtin(self.typing_context, fn, sig.args) is not None:
            return lambda builder, args, _loc=None: _build(self, builder, name, sig, args)
        return super().get_function(fn, sig, _firstcall)


def _in_parts(context: Any) -> Any:
    """A copy of a context, for a part."""
    copy = object.__new__(_PartContext)
    copy.__dict__.update(context.__dict__)
    copy.enable_nrt = False
    return copy


def _declared(context: Any, module: Any, described: Any) -> Any:
    """A part in the module of its caller, or in its own."""
    value = context.get_value_type
    result = context.get_return_type(described.restype)
    kind = ir.FunctionType(result, [value(each) for each in described.argtypes])
    return cgutils.get_or_insert_function(module, kind, described.mangled_name)


class _PlainCalls:
    """A part's own way to be called."""

    def decode_arguments(self, _builder: Any, _types: Any, function: Any) -> Any:
        return function.args

    def return_value(self, builder: Any, value: Any) -> None:
        builder.ret(value)

    def return_user_exc(self, *_args: Any, **_kws: Any) -> None:
        raise NotImplementedError("a part of compiled code can't raise")


class _LowerPart(Lower):
    """Lowers the body of a part."""

    @property
    def call_conv(self) -> Any:
        return _PlainCalls()

    def emit_environment_object(self) -> None:
        """A part has no constants that are Python's."""

    def setup_function(self, fndesc: Any) -> None:
        self.function = _declared(self.context, self.module, fndesc)
        self.function.linkage = "linkonce_odr"
        self.function.attributes.add("nounwind")
        if self.func_ir.func_id.func in _apart:
            self.function.attributes.add("noinline")
        self.entry_block = self.function.append_basic_block("entry")
        self.builder = ir.IRBuilder(self.entry_block)
        self.call_helper = None

    # numba's own of these two write every instruction and signature out as text, for nobody

    def lower_inst(self, inst: Any) -> None:
        if isinstance(inst, numba_ir.Assign) and not isinstance(inst.value, numba_ir.Arg):
            name = inst.target.name
            self.storevar(self.lower_assign(self.typeof(name), inst), name)
        else:
            super().lower_inst(inst)

    def _lower_call_normal(self, fnty: Any, expr: Any, signature: Any) -> Any:
        if signature.recvr or expr.target is not None:
            return super()._lower_call_normal(fnty, expr, signature)
        args = self.fold_call_args(fnty, signature, expr.args, expr.vararg, expr.kws)
        return self.context.get_function(fnty, signature)(self.builder, args, self.loc)


def _call(described: Any, libraries: tuple[Any, ...]) -> Any:
    """The code that calls a part."""

    def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        result = builder.call(_declared(context, builder.module, described), args)
        return context.get_returned_value(builder, described.restype, result)

    made: Any = code
    made.signature, made.libs = described.argtypes, libraries
    return made


# ---- the passes ------------------------------------------------------------------------------


class _Ssa:
    def run_pass(self, state: Any) -> None:
        state.func_ir = reconstruct_ssa(state.func_ir)
        state.func_ir._definitions = build_definitions(state.func_ir.blocks)


class _StripPhis(PreLowerStripPhis):
    def run_pass(self, state: Any) -> None:
        state.func_ir = self._strip_phi_nodes(state.func_ir)


@register_pass(mutates_CFG=True, analysis_only=False)
class _LowerIntoPart(NativeLowering):
    _name = "leeway_part_lowering"

    @property
    def lowering_class(self) -> Any:
        return _LowerPart

    def run_pass(self, state: Any) -> None:
        state.targetctx = context = _in_parts(state.targetctx)
        state.library = made = _Part(context.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        super().run_pass(state)
        lowered = state["cr"]
        module, name = lowered.fndesc.lookup_module(), lowered.fndesc.qualname
        # by this object numba knows the part; it has no address, since Python never calls it
        known_as = _dynfunc.make_function(module, name, "a part", 0, lowered.env, (made,))
        needed = dict.fromkeys(
            deeper for one in made.needed for deeper in (one, *getattr(one, "needed", ()))
        )
        made.needed = needed
        call = _call(lowered.fndesc, (made, *needed))
        context._defns[known_as].append(call, call.signature)
        state["cr"] = lowered._replace(cfunc=known_as)


_PASSES: tuple[Any, ...] = tuple(
    make()
    for make in (
        TranslateByteCode,
        FixupArgs,
        _Ssa,
        NopythonTypeInference,
        _StripPhis,
        _LowerIntoPart,
        NoPythonBackend,
    )
)


class _PartCompiler(CompilerBase):
    """Compiles a function as a part."""

    def __init__(self, typingctx: Any, *args: Any) -> None:
        super().__init__(_Typing(typingctx), *args)

    def _compile_core(self) -> Any:
        state: Any = self.state
        with ConfigStack().enter(state.flags.copy()):
            for each in _PASSES:
                each.run_pass(state)
        state.pipeline = None
        return state.cr


class WholeCompiler(Compiler):
    """Compiles a law that Python calls."""

    def _compile_core(self) -> Any:
        state: Any = self.state
        state.library = _Whole(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        return super()._compile_core()
