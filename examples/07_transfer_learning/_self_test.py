"""
title:
  es: Ponte a prueba
  en: Test yourself
summary:
  es: Preguntas sobre fuentes y destinos, pesos ajenos, cuerpos congelados y exámenes cortos. Cuenta tu
    primera respuesta; el puntaje se queda en este navegador.
  en: Questions on sources and targets, weights of others, frozen bodies and short exams. Your first answer
    counts; the score stays in this browser.
"""
# %% [markdown] lang="es" tags=["quiz"]
# Con tu cuerpo preentrenado y congelado aciertas el 80 % del destino. ¿Contra qué lo mides para saber qué
# aportó la fuente?
#
# - [ ] Contra adivinar: cualquier método que aprenda algo lo supera, también sin fuente.
# - [ ] Contra la exactitud en la fuente: una fuente excelente puede no aportar nada a otra tarea.
# - [x] Contra empezar de cero y contra la misma cabeza sobre un cuerpo al azar: si llegan a lo mismo, no fue
#   la fuente.
#
# Se contesta en [Qué se transfiere y qué no](what_transfers.md).

# %% [markdown] lang="en" tags=["quiz"]
# With your body pretrained and frozen you get 80% of the target right. Against what do you measure it to know
# what the source contributed?
#
# - [ ] Against guessing: any method that learns something beats it, without a source too.
# - [ ] Against the accuracy on the source: an excellent source may contribute nothing to another task.
# - [x] Against starting from scratch and against the same head upon a random body: if they reach the same, it
#   was not the source.
#
# Answered in [What transfers and what does not](what_transfers.md).

# %% [markdown] lang="es" tags=["quiz"]
# Transferir suma 15 puntos con 2 etiquetas por clase y ninguno que se distinga con 20. ¿Qué informas?
#
# - [ ] Que transferir suma 15 puntos: eso vale para un solo tamaño.
# - [ ] Que no sirve: con pocas etiquetas sirvió.
# - [x] La curva entera: la ventaja es de los primeros ejemplos, y quien lea sabrá si tiene 2 o 20.
#
# Se contesta en [Qué se transfiere y qué no](what_transfers.md).

# %% [markdown] lang="en" tags=["quiz"]
# Transfer adds 15 points with 2 labels per class, and with 20 none that can be told from zero. What do you
# report?
#
# - [ ] That transfer adds 15 points: that holds for a single size.
# - [ ] That it is of no use: with few labels it was of use.
# - [x] The whole curve: the advantage belongs to the first examples, and the reader will know whether they
#   have 2 or 20.
#
# Answered in [What transfers and what does not](what_transfers.md).

# %% [markdown] lang="es" tags=["quiz"]
# La ficha de unos pesos dice 0,4 GFLOP y tu contador da 0,8 para la misma red. ¿Qué pasa?
#
# - [ ] Tu red tiene el doble de capas: si los parámetros coinciden uno por uno, es la misma.
# - [x] Cuentan cosas distintas: la ficha, una multiplicación con su suma como una sola operación; tu
#   contador, como dos.
# - [ ] La ficha está en media precisión: el formato de los números no cambia cuántas operaciones hay.
#
# Se contesta en [Un modelo de torchvision, con sus pesos y sus transformaciones](torchvision_models.md).

# %% [markdown] lang="en" tags=["quiz"]
# The card of some weights says 0.4 GFLOP and your counter gives 0.8 for the same network. What is going on?
#
# - [ ] Your network has twice the layers: if the parameters agree one for one, it is the same.
# - [x] They count different things: the card, a multiplication with its addition as one operation; your
#   counter, as two.
# - [ ] The card is in half precision: the format of the numbers does not change how many operations there
#   are.
#
# Answered in [A torchvision model, with its weights and its transforms](torchvision_models.md).

# %% [markdown] lang="es" tags=["quiz"]
# Le das a una red preentrenada los píxeles como enteros de 0 a 255, sin sus transformaciones. ¿Qué ves?
#
# - [ ] Un error: la forma del tensor es la que espera, y nada más se comprueba.
# - [ ] Las mismas respuestas, porque la normalización por *batch* corrige la escala: en `eval()` usa medias
#   guardadas, que son las de otras imágenes.
# - [x] Respuestas, quizá mucho peores: nada avisa, y solo lo nota quien mide los aciertos.
#
# Se contesta en [Un modelo de torchvision, con sus pesos y sus transformaciones](torchvision_models.md).

# %% [markdown] lang="en" tags=["quiz"]
# You give a pretrained network the pixels as integers from 0 to 255, without its transforms. What do you see?
#
# - [ ] An error: the shape of the tensor is the one it expects, and nothing else is checked.
# - [ ] The same answers, because batch normalisation corrects the scale: in `eval()` it uses stored means,
#   which are those of other images.
# - [x] Answers, perhaps much worse ones: nothing warns, and only who counts the right answers notices.
#
# Answered in [A torchvision model, with its weights and its transforms](torchvision_models.md).

# %% [markdown] lang="es" tags=["quiz"]
# Guardaste las características de tus imágenes y ahora quieres aumentar los datos en cada época. ¿Qué haces?
#
# - [ ] Aumentar la tabla, girando cada fila: una fila ya no es una imagen y no se puede girar.
# - [x] Pasar otra vez las imágenes por el cuerpo, o guardar varias versiones: la tabla es de imágenes fijas.
# - [ ] Nada: las características de una imagen girada serían las mismas solo si el cuerpo fuera invariante al
#   giro.
#
# Se contesta en [Características guardadas](feature_extraction.md).

# %% [markdown] lang="en" tags=["quiz"]
# You stored the features of your images and now want to augment the data in each epoch. What do you do?
#
# - [ ] Augment the table, turning each row: a row is no longer an image and cannot be turned.
# - [x] Pass the images through the body again, or store several versions: the table is of fixed images.
# - [ ] Nothing: the features of a turned image would be the same only if the body were invariant to turning.
#
# Answered in [Stored features](feature_extraction.md).

# %% [markdown] lang="es" tags=["quiz"]
# Dibujas las características en dos dimensiones, con componentes principales, y las clases se enciman. ¿Qué
# sabes de la capa?
#
# - [ ] Que no sirve: el dibujo muestra dos direcciones, y las clases pueden separarse en las demás.
# - [ ] Que sirve, si otro dibujo las separa: de muchos dibujos, alguno separa por suerte.
# - [x] Todavía nada: dos direcciones guardan una parte de la variación, y la respuesta la da una medición con
#   todas las columnas.
#
# Se contesta en [Características guardadas](feature_extraction.md).

# %% [markdown] lang="en" tags=["quiz"]
# You draw the features in two dimensions, with principal components, and the classes overlap. What do you
# know about the layer?
#
# - [ ] That it is of no use: the drawing shows two directions, and the classes may part along the others.
# - [ ] That it is of use, if another drawing parts them: out of many drawings, some part them by luck.
# - [x] Nothing yet: two directions keep a part of the variation, and the answer comes from a measurement
#   with all columns.
#
# Answered in [Stored features](feature_extraction.md).

# %% [markdown] lang="es" tags=["quiz"]
# Pusiste `requires_grad = False` en el cuerpo y entrenaste la cabeza llamando a `model.train()`. El cuerpo
# tiene `BatchNorm2d`. ¿Da los mismos números que antes?
#
# - [ ] Sí, porque sin gradiente nada cambia: las estadísticas de la normalización no necesitan gradiente.
# - [x] No: en `train()`, las medias y varianzas guardadas se mueven con cada *batch*.
# - [ ] Depende del optimizador: las estadísticas no están en su lista, y cambian con cualquiera.
#
# Se contesta en [Transferir a tu propia carpeta](own_dataset.md).

# %% [markdown] lang="en" tags=["quiz"]
# You set `requires_grad = False` on the body and trained the head calling `model.train()`. The body has
# `BatchNorm2d`. Does it give the same numbers as before?
#
# - [ ] Yes, for without a gradient nothing changes: the statistics of the normalisation need no gradient.
# - [x] No: in `train()`, the stored means and variances move with every batch.
# - [ ] It depends on the optimiser: the statistics are not on its list, and change with any of them.
#
# Answered in [Transfer to your own folder](own_dataset.md).

# %% [markdown] lang="es" tags=["quiz"]
# Tu clasificador de tazas, llaves y hojas recibe una casa y responde «taza» con probabilidad 0,97. ¿Qué dice
# ese número?
#
# - [ ] Que la casa es casi una taza: la probabilidad compara las clases de la lista entre sí y con nada más.
# - [ ] Que el modelo está roto: cualquier *softmax* reparte toda la probabilidad entre sus clases.
# - [x] Que se parece más a las tazas que a llaves y hojas: «ninguna» no era una respuesta posible.
#
# Se contesta en [Transferir a tu propia carpeta](own_dataset.md).

# %% [markdown] lang="en" tags=["quiz"]
# Your classifier of cups, keys and leaves is given a house and answers “cup” with probability 0.97. What does
# that number say?
#
# - [ ] That the house is nearly a cup: probability compares the classes listed with each other and nothing
#   else.
# - [ ] That the model is broken: any softmax deals all the probability out among its classes.
# - [x] That it is more like the cups than like keys and leaves: “none” was not a possible answer.
#
# Answered in [Transfer to your own folder](own_dataset.md).

# %% [markdown] lang="es" tags=["quiz"]
# Comparas ajustar todo con entrenar la cabeza, los dos con tasa 0,1, y gana la cabeza. ¿Qué concluyes?
#
# - [ ] Que conviene congelar: con esa tasa el cuerpo se estropea, y con otra quizá gane ajustarlo.
# - [x] Nada todavía: cada estrategia necesita su propia tasa, elegida con datos de validación.
# - [ ] Que hacen falta más pasos: una tasa demasiado grande no mejora por insistir.
#
# Se contesta en [Estrategias de ajuste fino](fine_tuning_strategies.md).

# %% [markdown] lang="en" tags=["quiz"]
# You compare tuning everything with training the head, both at rate 0.1, and the head wins. What do you
# conclude?
#
# - [ ] That freezing pays: at that rate the body is spoiled, and at another one tuning it may win.
# - [x] Nothing yet: each strategy needs a rate of its own, chosen on validation data.
# - [ ] That it takes more steps: a rate that is too large does not improve by insisting.
#
# Answered in [Fine-tuning strategies](fine_tuning_strategies.md).

# %% [markdown] lang="es" tags=["quiz"]
# Una capa lineal de 512 a 512 recibe un adaptador de rango 4. ¿Cuántos números entrena?
#
# - [ ] $512 \cdot 512$, los de la matriz: esos quedan quietos.
# - [ ] 2048, cuatro por cada salida: así se cuenta solo una de las dos matrices delgadas.
# - [x] 4096: $r\,(m + n) = 4\,(512 + 512)$.
#
# Se contesta en [Estrategias de ajuste fino](fine_tuning_strategies.md).

# %% [markdown] lang="en" tags=["quiz"]
# A linear layer from 512 to 512 gets an adapter of rank 4. How many numbers does it train?
#
# - [ ] $512 \cdot 512$, those of the matrix: they are kept still.
# - [ ] 2048, four for each output: that counts only one of the two thin matrices.
# - [x] 4096: $r\,(m + n) = 4\,(512 + 512)$.
#
# Answered in [Fine-tuning strategies](fine_tuning_strategies.md).

# %% [markdown] lang="es" tags=["quiz"]
# La tarea fuente fue reconocer objetos sin importar su giro. ¿A qué tarea puede dañar ese cuerpo, congelado?
#
# - [ ] A ninguna: un cuerpo bueno en su tarea no es bueno en general, sino para una pregunta.
# - [ ] A reconocer otros objetos girados: eso es lo que la fuente tuvo que aprender.
# - [x] A decir cuánto está girado un objeto: a la fuente le convenía borrar justo esa diferencia.
#
# Se contesta en [Cuándo hace daño](when_it_hurts.md).

# %% [markdown] lang="en" tags=["quiz"]
# The source task was to recognise objects whatever their turn. Which task may that body harm when frozen?
#
# - [ ] None: a body that is good at its task is not good in general, but for one question.
# - [ ] Recognising other turned objects: that is what the source had to learn.
# - [x] Telling how far an object is turned: it suited the source to wipe out that very difference.
#
# Answered in [When it hurts](when_it_hurts.md).

# %% [markdown] lang="es" tags=["quiz"]
# Tu cuerpo preentrenado rinde poco y sospechas de cómo preparas las imágenes. ¿Qué prueba no gasta ninguna
# etiqueta tuya?
#
# - [x] Pasar el examen de la fuente por tu preparación: si ahí también se hunde, la falla está en ella.
# - [ ] Ajustar todo con una tasa mayor: quizá tape el error, y no dice dónde estaba.
# - [ ] Esperar un error: con ejes trocados o tinta invertida, la red contesta sin avisar.
#
# Se contesta en [Cuándo hace daño](when_it_hurts.md).

# %% [markdown] lang="en" tags=["quiz"]
# Your pretrained body does poorly and you suspect the way you prepare the images. Which test spends not one
# label of yours?
#
# - [x] Putting the exam of the source through your preparation: if it sinks there too, the fault lies in it.
# - [ ] Tuning everything at a higher rate: that may cover the mistake, and does not tell where it was.
# - [ ] Waiting for an error: with axes swapped or ink inverted, the network answers without a warning.
#
# Answered in [When it hurts](when_it_hurts.md).
