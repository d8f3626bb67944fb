"""
title:
  es: Ponte a prueba
  en: Test yourself
summary:
  es: Preguntas sobre índices, leyes y costos. Cuenta tu primera respuesta; el puntaje se queda en este
    navegador.
  en: Questions on indices, laws and costs. Your first answer counts; the score stays in this browser.
"""
# %% [markdown] lang="es" tags=["quiz"]
# En $y_i = A_{ij}\,x_j$, ¿qué índice se suma?
#
# - [x] El que se repite, $j$: el que queda libre, $i$, es el del resultado.
# - [ ] El primero, $i$: aparece una sola vez a cada lado, así que queda.
# - [ ] Los dos: quedaría un número y no un vector.
#
# Se contesta en [Productos escalares](dot_products.md).

# %% [markdown] lang="en" tags=["quiz"]
# In $y_i = A_{ij}\,x_j$, which index is summed?
#
# - [x] The repeated one, $j$: the free one, $i$, is that of the result.
# - [ ] The first one, $i$: it appears once on each side, so it stays.
# - [ ] Both: that would leave a number and not a vector.
#
# Answered in [Dot products](dot_products.md).

# %% [markdown] lang="es" tags=["quiz"]
# `A` tiene forma `(2, 7)` y `B` forma `(7, 3)`. ¿Qué productos existen?
#
# - [x] Solo `A @ B`, de forma `(2, 3)`: los tamaños interiores, 7 y 7, coinciden y desaparecen.
# - [ ] `A @ B` y `B @ A`: en `B @ A` tendrían que coincidir 3 y 2.
# - [ ] Ninguno, porque no son cuadradas: no hace falta que lo sean.
#
# Se contesta en [Productos escalares](dot_products.md).

# %% [markdown] lang="en" tags=["quiz"]
# `A` has shape `(2, 7)` and `B` shape `(7, 3)`. Which products exist?
#
# - [x] Only `A @ B`, of shape `(2, 3)`: the inner sizes, 7 and 7, agree and vanish.
# - [ ] `A @ B` and `B @ A`: in `B @ A`, 3 and 2 would have to agree.
# - [ ] None, because they are not square: they need not be.
#
# Answered in [Dot products](dot_products.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Qué ley **no** cumple el producto de matrices?
#
# - [ ] La distributiva: $A(B + C) = AB + AC$ se cumple siempre que las formas lo permitan.
# - [x] La conmutativa: en general $AB \neq BA$, cuando los dos existen.
# - [ ] La asociativa: $A(BC) = (AB)C$ se cumple, aunque el costo sea distinto.
#
# Se contesta en [Productos escalares](dot_products.md).

# %% [markdown] lang="en" tags=["quiz"]
# Which law does the product of matrices **not** obey?
#
# - [ ] The distributive one: $A(B + C) = AB + AC$ holds whenever the shapes allow it.
# - [x] The commutative one: in general $AB \neq BA$, where both exist.
# - [ ] The associative one: $A(BC) = (AB)C$ holds, although the cost differs.
#
# Answered in [Dot products](dot_products.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿A qué es igual $(AB)^{\mathsf T}$?
#
# - [ ] A $A^{\mathsf T} B^{\mathsf T}$: las formas casi nunca lo permiten, y cuando lo permiten es otra
#   matriz.
# - [ ] A $BA$: intercambiar los factores no transpone nada.
# - [x] A $B^{\mathsf T} A^{\mathsf T}$: transponer invierte el orden.
#
# Se contesta en [Productos escalares](dot_products.md).

# %% [markdown] lang="en" tags=["quiz"]
# What does $(AB)^{\mathsf T}$ equal?
#
# - [ ] $A^{\mathsf T} B^{\mathsf T}$: the shapes seldom allow it, and where they do it is another matrix.
# - [ ] $BA$: swapping the factors transposes nothing.
# - [x] $B^{\mathsf T} A^{\mathsf T}$: transposing reverses the order.
#
# Answered in [Dot products](dot_products.md).

# %% [markdown] lang="es" tags=["quiz"]
# `(A @ B) @ C` y `A @ (B @ C)` difieren en la última cifra. ¿Qué ocurrió?
#
# - [x] Cada suma se redondea, y el orden de las sumas fue otro: la diferencia es del tamaño del épsilon de
#   máquina, no un error de cuentas.
# - [ ] El producto no es asociativo: en los números reales lo es.
# - [ ] Uno de los dos usa menos memoria: lo usa, pero eso no cambia las cifras.
#
# Se contesta en [Productos escalares](dot_products.md).

# %% [markdown] lang="en" tags=["quiz"]
# `(A @ B) @ C` and `A @ (B @ C)` differ in the last digit. What happened?
#
# - [x] Each sum is rounded, and the order of the sums was another: the difference is of the size of the
#   machine epsilon, not a mistake.
# - [ ] The product is not associative: on the real numbers it is.
# - [ ] One of them uses less memory: it does, but that does not change the digits.
#
# Answered in [Dot products](dot_products.md).
